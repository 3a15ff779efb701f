with

tasks as (

    select * from {{ ref('int_tasks') }}

),

turns as (

    select * from {{ ref('int_turns') }}

),

outcomes as (

    select * from {{ ref('int_task_outcomes') }}

),

-- What came of a session is what came of its last task; a sub-agent's is a part of one.
last_tasks as (

    select
        session_id,
        task_id

    from tasks

    where not is_subagent

    qualify row_number() over (
        partition by session_id
        order by
            ended_at desc nulls last,
            task_id desc
    ) = 1

),

task_counts as (

    select
        session_id,
        count(*) as task_count

    from tasks

    group by session_id

),

turn_counts as (

    select
        session_id,
        count(*) as turn_count

    from turns

    where is_human

    group by session_id

),

work as (

    select
        task_counts.session_id,
        task_counts.task_count,
        coalesce(turn_counts.turn_count, 0) as turn_count,
        outcomes.outcome_class

    from task_counts

    left join turn_counts
        on task_counts.session_id = turn_counts.session_id

    left join last_tasks
        on task_counts.session_id = last_tasks.session_id

    left join outcomes
        on last_tasks.task_id = outcomes.task_id

)

select * from work
