with

results as (

    select * from {{ ref('int_git_results') }}

),

seen_commits as (

    select * from {{ ref('int_git_commits') }}

),

operations as (

    select
        'commit' as operation,
        tool_call_id,
        commit_sha,
        branch,
        subject,
        commit_kind,
        cast(null as string) as pull_request_url

    from seen_commits

    union all

    select
        'push' as operation,
        tool_call_id,
        cast(null as string) as commit_sha,
        coalesce(
            result_pushed_branch,
            nullif(regexp_extract(result_text, '(?m)(?:[0-9a-f]{7,}|\[new branch\]) +\S+ +-> +(\S+)', 1), '')
        ) as branch,
        cast(null as string) as subject,
        cast(null as string) as commit_kind,
        cast(null as string) as pull_request_url

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
        'reset' as operation,
        tool_call_id,
        cast(null as string) as commit_sha,
        -- The line may be logged after the branch was left.
        case when not switches then checked_out_branch end as branch,
        cast(null as string) as subject,
        cast(null as string) as commit_kind,
        cast(null as string) as pull_request_url

    from results

    where
        takes_back
        and not coalesce(is_error, true)

    union all

    select
        'pull_request_' || coalesce(result_pr_action, 'created') as operation,
        tool_call_id,
        cast(null as string) as commit_sha,
        cast(null as string) as branch,
        cast(null as string) as subject,
        cast(null as string) as commit_kind,
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
        cast(null as string) as commit_sha,
        cast(null as string) as branch,
        cast(null as string) as subject,
        cast(null as string) as commit_kind,
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
        -- The files that a commit is told to hold; null where it may hold any.
        case
            when not {{ matches_regex('results.add_command', "' (?:-A|-{2}all|-u|-{2}update|[.*]|[^ ]+/)(?: |$)'") }}
                then results.add_command
        end as added_files,
        results.called_at as operated_at

    from operations

    inner join results
        on operations.tool_call_id = results.tool_call_id

)

select * from placed
