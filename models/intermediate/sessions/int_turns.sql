with

prompts as (

    select * from {{ ref('int_prompts') }}

),

model_calls as (

    select * from {{ ref('int_model_calls') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

-- What happened before a task's first prompt, or without one that is landed.
unprompted as (

    select
        turn_id,
        task_id

    from model_calls

    where turn_id like '%#0'

    union distinct

    select
        turn_id,
        task_id

    from tool_calls

    where turn_id like '%#0'

),

unioned as (

    select
        task_id || '#' || turn_number as turn_id,
        task_id,
        turn_number,
        is_human,
        prompted_at

    from prompts

    union all

    select
        turn_id,
        task_id,
        0 as turn_number,
        false as is_human,
        cast(null as timestamp) as prompted_at

    from unprompted

),

turns as (

    select
        unioned.turn_id,
        unioned.task_id,
        tasks.session_id,
        tasks.fleet,
        tasks.host,
        tasks.account,
        unioned.turn_number,
        unioned.is_human and not tasks.is_subagent as is_human,
        unioned.prompted_at

    from unioned

    inner join tasks
        on unioned.task_id = tasks.task_id

)

select * from turns
