{{ config(materialized='ephemeral') }}

with

git_commands as (

    select * from {{ ref('int_git_commands') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

running_commits as (

    select * from {{ ref('int_claude_code_running_commits') }}

),

results as (

    select
        git_commands.*,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.host,
        tool_calls.working_directory,
        tool_calls.called_at,
        tool_calls.is_error,
        coalesce(tool_calls.result_line_id, tool_calls.call_line_id) as line_id,
        coalesce(blocks.result_text, mu_events.result_text) as result_text,
        blocks.result_commit_sha,
        blocks.result_commit_kind,
        blocks.result_pushed_branch,
        blocks.result_pr_action,
        blocks.result_pr_url,
        running_commits.tool_call_id is not null as is_running,
        case when not git_commands.goes_elsewhere then lines.git_branch end as checked_out_branch,
        {{ matches_regex(
            'coalesce(blocks.result_text, mu_events.result_text)',
            "'(?im)(?:hook|husky|lefthook|pre-commit)\\b.*(?:failed|exited with|error)|^(?:nothing to commit|no changes added)|exit status [1-9]'"
        ) }} as is_refused

    from git_commands

    inner join tool_calls
        on git_commands.tool_call_id = tool_calls.tool_call_id

    left join blocks
        on tool_calls.result_line_id = blocks.line_id
        and tool_calls.result_block_number = blocks.block_number

    left join mu_events
        on tool_calls.result_line_id = mu_events.line_id

    left join lines
        on tool_calls.call_line_id = lines.line_id

    left join running_commits
        on git_commands.tool_call_id = running_commits.tool_call_id

    where
        not git_commands.is_of_trials
        or coalesce(tool_calls.working_directory, '') like '/tmp/%'

)

select * from results
