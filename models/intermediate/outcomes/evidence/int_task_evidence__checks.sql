{{ config(materialized='ephemeral') }}

with

last_checks as (

    select * from {{ ref('int_task_last_checks') }}

),

failed_checks as (

    select * from {{ ref('int_task_failed_checks') }}

),

edit_sums as (

    select * from {{ ref('int_task_evidence__edits') }}

),

compared_checks as (

    select
        last_checks.task_id,
        last_checks.check_kind,
        last_checks.check_kind = 'format' as is_of_format,
        last_checks.check_result = 'pass' as passes,
        last_checks.check_result = 'fail' and failed_checks.is_of_the_work as fails,
        last_checks.checked_at >= coalesce(edit_sums.last_edited_at, last_checks.checked_at) as is_current,
        -- A later run that does not tell may have been the one that passed.
        last_checks.checked_at = last_checks.last_run_at as is_last_run

    from last_checks

    left join failed_checks
        on last_checks.task_id = failed_checks.task_id
        and last_checks.check_kind = failed_checks.check_kind

    left join edit_sums
        on last_checks.task_id = edit_sums.task_id

),

check_sums as (

    select
        task_id,
        min(case when not is_of_format and fails and is_current and is_last_run then check_kind end)
            as failed_check_kind,
        max(is_of_format and fails and is_current and is_last_run) as format_fails,
        -- A linter that failed before the last edit was mended, most likely; of a test that is not known.
        count(case when fails and not is_of_format and (is_current or check_kind in ('test', 'build')) then 1 end)
            as failed_check_count,
        count(case when passes and not is_of_format then 1 end) as passed_check_count,
        max(case when passes and not is_of_format then check_kind end) as passed_check_kind,
        max(passes and not is_of_format and is_current) as a_pass_is_current

    from compared_checks

    group by task_id

)

select * from check_sums
