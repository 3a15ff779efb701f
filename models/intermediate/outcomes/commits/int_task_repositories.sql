with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

directories as (

    select *

    from {{ ref('stg_git__directories') }}

    where repository is not null

),

task_directories as (

    select distinct
        thread_id as task_id,
        host,
        cwd,
        git_branch

    from lines

),

repositories as (

    select
        task_directories.task_id,
        task_directories.host,
        directories.repository,
        task_directories.git_branch,
        max(directories.is_collected) as is_collected

    from task_directories

    inner join directories
        on task_directories.host = directories.host
        and task_directories.cwd = directories.directory

    group by
        task_directories.task_id,
        task_directories.host,
        directories.repository,
        task_directories.git_branch

)

select * from repositories
