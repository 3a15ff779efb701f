with

task_directories as (

    select * from {{ ref('int_task_directories') }}

),

directories as (

    select *

    from {{ ref('stg_git__directories') }}

    where repository is not null

),

found as (

    select
        task_directories.task_id,
        task_directories.host,
        directories.repository,
        task_directories.git_branch,
        directories.is_collected,
        task_directories.reached_by = 'session' as is_of_session,
        max(task_directories.reached_by = 'session') over (
            partition by task_directories.task_id, task_directories.host, directories.repository
        ) as has_session

    from task_directories

    inner join directories
        on task_directories.host = directories.host
        and task_directories.directory = directories.directory

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

    where is_of_session or not has_session

    group by
        task_id,
        host,
        repository,
        git_branch

)

select * from repositories
