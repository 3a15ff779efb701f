with

tasks as (

    select * from {{ ref('int_tasks') }}

),

named as (

    select * from {{ ref('int_named_directories') }}

),

collected as (

    select * from {{ ref('stg_git__directories') }}

),

resolved as (

    select
        task_id,
        host,
        reached_by,
        git_branch,
        reached_at,
        {{ path_from(
            plain_path('second_path', 'working_directory'),
            path_from(plain_path('first_path', 'working_directory'), 'working_directory', home_of('working_directory')),
            home_of('working_directory')
        ) }} as directory

    from named

),

clean as (

    select
        *,
        case when reached_by = 'session' then directory else {{ lexical_path('directory') }} end as clean_directory

    from resolved

),

reached as (

    select
        clean.task_id,
        clean.host,
        clean.clean_directory as directory,
        clean.reached_by,
        clean.git_branch,
        min(clean.reached_at) as reached_at

    from clean

    inner join tasks
        on clean.task_id = tasks.task_id

    where
        clean.reached_by = 'session'
        or {{ is_absolute_path('clean.clean_directory') }}

    group by
        clean.task_id,
        clean.host,
        clean.clean_directory,
        clean.reached_by,
        clean.git_branch

),

directories as (

    select
        reached.*,
        collected.repository,
        collected.is_collected

    from reached

    left join collected
        on reached.host = collected.host
        and reached.directory = collected.directory

)

select * from directories
