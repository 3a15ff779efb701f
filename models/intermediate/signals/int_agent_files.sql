with

tasks as (

    select * from {{ ref('int_tasks') }}

    where is_subagent

),

accesses as (

    select * from {{ ref('fct_file_accesses') }}

),

touched as (

    select
        tasks.task_id,
        tasks.session_id,
        tasks.parent_task_id,
        tasks.ended_at,
        accesses.resolved_path,
        max(accesses.access_kind = 'write') as is_written

    from tasks

    inner join accesses
        on tasks.task_id = accesses.task_id

    group by tasks.task_id, tasks.session_id, tasks.parent_task_id, tasks.ended_at, accesses.resolved_path

),

-- What the one that asked took up of what the agent had touched, after it was done.
followed as (

    select distinct
        touched.task_id,
        touched.resolved_path

    from touched

    inner join accesses
        on touched.parent_task_id = accesses.task_id
        and touched.resolved_path = accesses.resolved_path
        and touched.ended_at <= accesses.called_at

),

files as (

    select
        touched.task_id,
        max(touched.session_id) as session_id,
        count(*) as touched_file_count,
        count(case when touched.is_written then 1 end) as written_file_count,
        count(followed.resolved_path) as followed_file_count

    from touched

    left join followed
        on touched.task_id = followed.task_id
        and touched.resolved_path = followed.resolved_path

    group by touched.task_id

)

select * from files
