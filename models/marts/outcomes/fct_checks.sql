with

checks as (

    select * from {{ ref('int_checks') }}

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

placed as (

    select
        checks.check_id,
        checks.tool_call_id,
        checks.task_id,
        tasks.session_id,
        tasks.fleet,
        tasks.host,
        tasks.account,
        checks.line_id,
        checks.check_kind,
        checks.check_result,
        checks.recognizer,
        checks.checked_at

    from checks

    inner join tasks
        on checks.task_id = tasks.task_id

)

select * from placed
