with

directories as (

    select * from {{ ref('int_task_directories') }}

),

tasks as (

    select * from {{ ref('fct_tasks') }}

),

reached as (

    select
        task_id,
        host,
        directory,
        case
            when max(reached_by = 'session') then 'session'
            when max(reached_by = 'edit') then 'edit'
            when max(reached_by = 'git') then 'git'
            else 'added'
        end as reached_by,
        min(reached_at) as reached_at,
        min(repository) as repository

    from directories

    group by
        task_id,
        host,
        directory

),

joined as (

    select
        tasks.task_id,
        tasks.session_id,
        tasks.fleet,
        reached.host,
        tasks.account,
        tasks.project,
        reached.directory,
        reached.reached_by,
        reached.reached_at,
        reached.repository

    from reached

    inner join tasks
        on reached.task_id = tasks.task_id

)

select * from joined
