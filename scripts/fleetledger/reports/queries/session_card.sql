-- What the session $session_id cost, took, did and came to. Files are those that its tools wrote; commits and pull
-- requests are counted once each.
with

written as (

    select count(distinct resolved_path) as file_count

    from fct_file_accesses

    where
        session_id = $session_id
        and access_kind = 'write'
        and access_source = 'tool'

),

commits as (

    select count(distinct coalesce(commit_sha, task_commit_id)) as commit_count

    from fct_task_commits

    where session_id = $session_id

),

pull_requests as (

    select
        count(distinct pull_request_url) as pull_request_count,
        list(distinct pull_request_url) as pull_request_urls

    from fct_task_pull_requests

    where session_id = $session_id

)

select
    sessions.session_id,
    sessions.title,
    sessions.project,
    sessions.git_branch,
    strftime(timezone($timezone, timezone('UTC', sessions.started_at)), '%Y-%m-%d %H:%M') as started_at_local,
    sessions.billed_cost_usd,
    sessions.subscription_cost_usd,
    sessions.unknown_cost_usd,
    sessions.model_call_count,
    sessions.unpriced_call_count,
    sessions.input_tokens,
    sessions.output_tokens,
    sessions.cache_read_tokens,
    sessions.cache_write_5m_tokens,
    sessions.cache_write_1h_tokens,
    sessions.active_ms,
    sessions.wall_clock_ms,
    sessions.turn_count as prompt_count,
    sessions.tool_call_count,
    sessions.tool_error_count,
    written.file_count,
    sessions.lines_added,
    sessions.lines_removed,
    commits.commit_count,
    pull_requests.pull_request_count,
    pull_requests.pull_request_urls,
    sessions.outcome_class

from fct_sessions as sessions

cross join written

cross join commits

cross join pull_requests

where sessions.session_id = $session_id
