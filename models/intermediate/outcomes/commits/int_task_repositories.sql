with

task_directories as (

    select *

    from {{ ref('int_task_directories') }}

    where repository is not null

),

found as (

    select
        *,
        max(reached_by = 'session') over (partition by task_id, host, repository) as has_session

    from task_directories

),

-- The branch is logged of where the session stood alone: of another repository that it reached none is known.
repositories as (

    select
        task_id,
        host,
        repository,
        git_branch,
        max(is_collected) as is_collected

    from found

    where
        reached_by = 'session'
        or not has_session

    group by
        task_id,
        host,
        repository,
        git_branch

)

select * from repositories
