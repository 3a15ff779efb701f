with

operations as (

    select * from {{ ref('int_git_operations') }}

),

commits as (

    select
        task_id,
        host,
        commit_sha,
        max(branch) as branch,
        max(subject) as subject,
        max(commit_kind) as commit_kind,
        max(added_files) as added_files,
        min(line_id) as line_id,
        min(operated_at) as committed_at

    from operations

    where operation = 'commit'

    group by
        task_id,
        host,
        commit_sha

),

pushes as (

    select
        task_id,
        max(operated_at) as pushed_at

    from operations

    where
        operation = 'push'
        and {{ is_default_branch_name('branch') }}

    group by task_id

),

-- Work that was begun on the default branch is moved to one of its own so: the branch, then a reset.
resets as (

    select
        task_id,
        coalesce(branch, '') as branch,
        max(operated_at) as reset_at

    from operations

    where operation = 'reset'

    group by
        task_id,
        coalesce(branch, '')

),

unplaced_resets as (

    select *

    from resets

    where branch = ''

),

-- Where the log alone tells, a default branch is known by its name.
told as (

    select
        commits.task_id,
        commits.host,
        commits.commit_sha,
        commits.branch,
        commits.subject,
        commits.commit_kind,
        commits.added_files,
        commits.line_id,
        commits.committed_at,
        coalesce(
            {{ is_default_branch_name('commits.branch') }}
            and coalesce(commits.committed_at > resets.reset_at, true)
            and coalesce(commits.committed_at > unplaced_resets.reset_at, true),
            false
        ) as is_on_default_branch,
        coalesce(pushes.pushed_at >= commits.committed_at, false) as is_pushed_to_default_branch

    from commits

    left join pushes
        on commits.task_id = pushes.task_id

    left join resets
        on commits.task_id = resets.task_id
        and commits.branch = resets.branch

    left join unplaced_resets
        on commits.task_id = unplaced_resets.task_id

)

select * from told
