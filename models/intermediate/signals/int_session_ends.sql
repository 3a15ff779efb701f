with

checks as (

    select * from {{ ref('int_checks') }}

    where check_result in ('pass', 'fail')

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

model_calls as (

    select * from {{ ref('int_model_calls') }}

    where stop_reason is not null

),

steps as (

    select * from {{ ref('fct_context_steps') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

last_checks as (

    select
        tasks.session_id,
        max_by(
            checks.check_result, coalesce({{ time_key('checks.checked_at') }}, '') || checks.check_id
        ) as check_result

    from checks

    inner join tasks
        on checks.task_id = tasks.task_id

    group by tasks.session_id

),

last_responses as (

    select
        session_id,
        max_by(stop_reason, coalesce({{ time_key('called_at') }}, '') || model_call_id) as stop_reason

    from model_calls

    group by session_id

),

last_steps as (

    select
        session_id,
        max_by(coalesce(fullness, 'unknown'), {{ time_key('called_at') }} || model_call_id) as fullness

    from steps

    group by session_id

),

ends as (

    select
        sessions.session_id,
        last_checks.check_result as last_check_result,
        last_responses.stop_reason as last_stop_reason,
        last_steps.fullness as last_fullness

    from sessions

    left join last_checks
        on sessions.session_id = last_checks.session_id

    left join last_responses
        on sessions.session_id = last_responses.session_id

    left join last_steps
        on sessions.session_id = last_steps.session_id

)

select * from ends
