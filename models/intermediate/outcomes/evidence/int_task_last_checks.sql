{{ config(materialized='ephemeral') }}

with

scopes as (

    select * from {{ ref('int_task_scopes') }}

),

checks as (

    select * from {{ ref('int_checks') }}

),

-- Of each kind of check the last run that tells.
last_checks as (

    select
        scopes.task_id,
        checks.check_kind,
        max_by(
            checks.check_id,
            case when checks.check_result <> 'unclear' then {{ time_key('checks.checked_at') }} || checks.check_id end
        ) as check_id,
        max_by(
            checks.check_result,
            case when checks.check_result <> 'unclear' then {{ time_key('checks.checked_at') }} || checks.check_id end
        ) as check_result,
        max(case when checks.check_result <> 'unclear' then checks.checked_at end) as checked_at,
        max(case when checks.check_result = 'pass' then checks.checked_at end) as passed_at,
        max(checks.checked_at) as last_run_at

    from scopes

    inner join checks
        on scopes.evidence_task_id = checks.task_id

    group by
        scopes.task_id,
        checks.check_kind

    having count(case when checks.check_result <> 'unclear' then 1 end) > 0

)

select * from last_checks
