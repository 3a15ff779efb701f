with

commits as (

    select * from {{ ref('int_task_commits') }}

),

tasks as (

    select * from {{ ref('fct_tasks') }}

),

joined as (

    select
        commits.task_commit_id,
        commits.task_id,
        tasks.session_id,
        tasks.fleet,
        tasks.host,
        tasks.account,
        tasks.project,
        commits.repository,
        commits.commit_sha,
        commits.join_kind,
        commits.branch as git_branch,
        commits.commit_kind,
        commits.line_id,
        commits.is_on_a_branch,
        commits.committed_at,
        commits.reached_default_branch,
        commits.is_told_on_default_branch,
        commits.is_reverted

    from commits

    inner join tasks
        on commits.task_id = tasks.task_id

)

select * from joined
