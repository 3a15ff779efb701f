{{ config(materialized='ephemeral') }}

with

scopes as (

    select * from {{ ref('int_task_scopes') }}

),

checks as (

    select * from {{ ref('int_checks') }}

),

edit_sums as (

    select * from {{ ref('int_task_evidence__edits') }}

),

-- Of each kind of check the last run that tells.
last_checks as (

    select
        scopes.task_id,
        checks.check_kind,
        max_by(
            checks.check_result,
            case when checks.check_result <> 'unclear' then {{ time_key('checks.checked_at') }} || checks.check_id end
        ) as check_result,
        max(case when checks.check_result <> 'unclear' then checks.checked_at end) as checked_at,
        max(checks.checked_at) as last_run_at

    from scopes

    inner join checks
        on scopes.evidence_task_id = checks.task_id

    group by
        scopes.task_id,
        checks.check_kind

    having count(case when checks.check_result <> 'unclear' then 1 end) > 0

),

compared_checks as (

    select
        last_checks.task_id,
        last_checks.check_kind,
        last_checks.check_kind = 'format' as is_of_format,
        last_checks.check_result = 'pass' as passes,
        last_checks.checked_at >= coalesce(edit_sums.last_edited_at, last_checks.checked_at) as is_current,
        -- A later run that does not tell may have been the one that passed.
        last_checks.checked_at = last_checks.last_run_at as is_last_run

    from last_checks

    left join edit_sums
        on last_checks.task_id = edit_sums.task_id

),

check_sums as (

    select
        task_id,
        min(case when not is_of_format and not passes and is_current and is_last_run then check_kind end)
            as failed_check_kind,
        max(is_of_format and not passes and is_current and is_last_run) as format_fails,
        count(case when not passes then 1 end) as failed_check_count,
        count(case when passes and not is_of_format then 1 end) as passed_check_count,
        max(case when passes and not is_of_format then check_kind end) as passed_check_kind,
        max(passes and not is_of_format and is_current) as a_pass_is_current

    from compared_checks

    group by task_id

)

select * from check_sums
