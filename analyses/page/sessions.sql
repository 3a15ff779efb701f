-- Sessions, the newest first; each has an address of its own, its key.
select
    left(sha256(session_id), 16) as session_key,
    session_id,
    left(sha256(parent_session_id), 16) as parent_key,
    fleet,
    host,
    account,
    provider,
    project,
    started_in,
    git_branch,
    model,
    model_count,
    title,
    started_on,
    started_at,
    ended_at,
    active_ms,
    outcome_class,
    outcome_result,
    outcome_confidence,
    operator_rating,
    task_count,
    turn_count,
    coalesce(input_tokens, 0)
    + coalesce(output_tokens, 0)
    + coalesce(cache_read_tokens, 0)
    + coalesce(cache_write_5m_tokens, 0)
    + coalesce(cache_write_1h_tokens, 0) as total_tokens,
    output_tokens,
    billed_cost_usd,
    subscription_cost_usd,
    unknown_cost_usd,
    model_call_count,
    unpriced_call_count,
    tool_call_count,
    tool_error_count,
    lines_added,
    lines_removed,
    finding_count
from page_sessions
where
    (getvariable('since') is null or started_on >= getvariable('since'))
    and (getvariable('until') is null or started_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('provider') is null or provider = getvariable('provider'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
    and (
        getvariable('q') is null
        or contains(
            lower(concat_ws(' ', title, project, git_branch, model, outcome_class, session_id)),
            lower(getvariable('q'))
        )
    )
qualify
    row_number() over (order by started_at desc nulls last, session_id asc) <= coalesce(getvariable('most'), 5000)
    or row_number() over (
        order by greatest(billed_cost_usd, subscription_cost_usd, unknown_cost_usd) desc nulls last, session_id asc
    ) <= coalesce(getvariable('dearest'), 1000)
order by
    started_at desc nulls last,
    session_id asc
