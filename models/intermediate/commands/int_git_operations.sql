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
        blocks.result_pr_url

    from git_commands

    inner join tool_calls
        on git_commands.tool_call_id = tool_calls.tool_call_id

    left join blocks
        on tool_calls.result_line_id = blocks.line_id
        and tool_calls.result_block_number = blocks.block_number

    left join mu_events
        on tool_calls.result_line_id = mu_events.line_id

    where
        not git_commands.is_of_trials
        or coalesce(tool_calls.working_directory, '') like '/tmp/%'

),

-- What git says of a commit that it has made: [branch sha] subject.
commit_lines as (

    select
        tool_call_id,
        {{ each_match('result_text', "'(?m)^(\\[[^\\]\\n]+ [0-9a-f]{7,40}\\] .*)$'") }} as commit_line

    from results

    where may_commit

),

told_commits as (

    select
        tool_call_id,
        regexp_extract(commit_line, ' ([0-9a-f]{7,40})\] ', 1) as commit_sha,
        max(nullif(regexp_extract(commit_line, '^\[(.+?)(?: \(root-commit\))? [0-9a-f]{7,40}\] ', 1), 'detached HEAD'))
            as branch,
        max(regexp_extract(commit_line, ' [0-9a-f]{7,40}\] (.*)$', 1)) as subject,
        max(case when commit_line like '% (root-commit) %' then 'root' end) as commit_kind

    from commit_lines

    group by
        tool_call_id,
        regexp_extract(commit_line, ' ([0-9a-f]{7,40})\] ', 1)

),

seen_commits as (

    select
        results.tool_call_id,
        coalesce(told_commits.commit_sha, results.result_commit_sha) as commit_sha,
        told_commits.branch,
        told_commits.subject,
        coalesce(
            told_commits.commit_kind,
            case
                when results.amends then 'amended'
                when results.commits then 'committed'
                when results.reverts then 'reverted'
                when results.cherry_picks then 'cherry-picked'
                when results.rebases then 'rebased'
            end,
            results.result_commit_kind,
            'committed'
        ) as commit_kind

    from results

    left join told_commits
        on results.tool_call_id = told_commits.tool_call_id

    where
        told_commits.commit_sha is not null
        or results.result_commit_sha is not null
        -- A wrapper that prints less, or an option that has git print less: the sums of the diff are left.
        or (
            not coalesce(results.is_error, true)
            and results.commits
            and {{ matches_regex('results.result_text', "'\\b[0-9]+ files? changed'") }}
        )

),

operations as (

    select
        'commit' as operation,
        tool_call_id,
        commit_sha,
        branch,
        subject,
        commit_kind,
        cast(null as varchar) as pull_request_url

    from seen_commits

    union all

    select
        'push' as operation,
        tool_call_id,
        cast(null as varchar) as commit_sha,
        coalesce(
            result_pushed_branch,
            nullif(regexp_extract(result_text, '(?m)(?:[0-9a-f]{7,}|\[new branch\]) +\S+ +-> +(\S+)', 1), '')
        ) as branch,
        cast(null as varchar) as subject,
        cast(null as varchar) as commit_kind,
        cast(null as varchar) as pull_request_url

    from results

    where
        result_pushed_branch is not null
        or (
            pushes
            and {{ matches_regex('result_text', "'(?m)(?:[0-9a-f]{7,}|\\[new branch\\]) +\\S+ +-> +\\S+'") }}
            and not {{ matches_regex('result_text', "'! \\[(?:remote )?rejected\\]|failed to push'") }}
        )

    union all

    select
        'pull_request_' || coalesce(result_pr_action, 'created') as operation,
        tool_call_id,
        cast(null as varchar) as commit_sha,
        cast(null as varchar) as branch,
        cast(null as varchar) as subject,
        cast(null as varchar) as commit_kind,
        coalesce(result_pr_url, {{ first_pull_request_url('result_text') }}) as pull_request_url

    from results

    where
        result_pr_action in ('created', 'merged')
        or (
            result_pr_action is null
            and not coalesce(is_error, true)
            and creates_pull_request
            and {{ first_pull_request_url('result_text') }} is not null
        )

    union all

    -- gh says nothing of a merge that it has made where no one looks on; it ends with an error where it has not.
    select
        'pull_request_merged' as operation,
        tool_call_id,
        cast(null as varchar) as commit_sha,
        cast(null as varchar) as branch,
        cast(null as varchar) as subject,
        cast(null as varchar) as commit_kind,
        merged_pull_request_url as pull_request_url

    from results

    where
        result_pr_action is null
        and not coalesce(is_error, true)
        and merges_pull_request

),

placed as (

    select
        operations.tool_call_id || ':' || operations.operation || coalesce(':' || operations.commit_sha, '')
            as operation_id,
        operations.operation,
        results.task_id,
        results.session_id,
        results.host,
        results.tool_call_id,
        results.line_id,
        operations.commit_sha,
        operations.branch,
        operations.subject,
        operations.commit_kind,
        lower(operations.pull_request_url) as pull_request_url,
        results.working_directory,
        results.called_at as operated_at

    from operations

    inner join results
        on operations.tool_call_id = results.tool_call_id

)

select * from placed
