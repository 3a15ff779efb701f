with

model_calls as (

    select * from {{ ref('fct_model_calls') }}

    where iteration_type is null and usage_source <> 'task_telemetry' and called_at is not null

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

    where ended_at is not null

),

turns as (

    select * from {{ ref('int_turns') }}

    where prompted_at is not null

),

happened as (

    select
        task_id,
        session_id,
        prompted_at as happened_at,
        'prompt' as happening,
        turn_id as happening_id

    from turns

    union all

    select
        task_id,
        session_id,
        ended_at as happened_at,
        'result' as happening,
        tool_call_id as happening_id

    from tool_calls

    union all

    select
        task_id,
        session_id,
        called_at as happened_at,
        'response' as happening,
        model_call_id as happening_id

    from model_calls

),

-- A response begins where what it answers came, a person's pause where the agent was last heard of.
followed as (

    select
        *,
        max(happened_at) over in_order as after_at,
        max(case when happening <> 'prompt' then happened_at end) over in_order as after_work_at

    from happened

    window
        in_order as (
            partition by task_id
            order by happened_at, happening, happening_id
            rows between unbounded preceding and 1 preceding
        )

)

select * from followed
