{{ config(materialized='ephemeral') }}

with

last_checks as (

    select *

    from {{ ref('int_task_last_checks') }}

    where check_result = 'fail'

),

names as (

    select * from {{ ref('int_failed_check_names') }}

),

scopes as (

    select * from {{ ref('int_task_scopes') }}

),

edits as (

    select *

    from {{ ref('int_file_edits') }}

    where file_kind = 'work'

),

edits_before as (

    select
        last_checks.task_id,
        last_checks.check_id,
        {{ subject_of_file('edits.file_path') }} as subject,
        {{ directory_of_file('edits.file_path') }} as directory,
        {{ is_test_file('edits.file_path') }} as is_of_tests,
        edits.edited_at > coalesce(last_checks.passed_at, timestamp '0001-01-01 00:00:00') as is_since_it_passed

    from last_checks

    inner join scopes
        on last_checks.task_id = scopes.task_id

    inner join edits
        on scopes.evidence_task_id = edits.task_id
        and last_checks.checked_at >= edits.edited_at

),

edit_sums as (

    select
        task_id,
        check_id,
        coalesce(min(case when is_since_it_passed then is_of_tests end), false) as only_tests_changed

    from edits_before

    group by
        task_id,
        check_id

),

name_sums as (

    select
        last_checks.task_id,
        last_checks.check_id,
        max(edits_before.task_id is not null) as names_an_edited_file

    from last_checks

    inner join names
        on last_checks.check_id = names.check_id

    left join edits_before
        on names.check_id = edits_before.check_id
        and last_checks.task_id = edits_before.task_id
        and names.subject in (edits_before.subject, edits_before.directory)

    group by
        last_checks.task_id,
        last_checks.check_id

),

failed_checks as (

    select
        last_checks.task_id,
        last_checks.check_kind,
        -- What fails where nothing was edited failed before, and so may have what never passed and needs no change to
        -- fail; the first step of test-first work is meant to fail.
        coalesce(name_sums.names_an_edited_file, true)
        and not coalesce(edit_sums.only_tests_changed, false)
        and (last_checks.check_kind in ('test', 'build') or last_checks.passed_at is not null) as is_of_the_work

    from last_checks

    left join name_sums
        on last_checks.task_id = name_sums.task_id
        and last_checks.check_id = name_sums.check_id

    left join edit_sums
        on last_checks.task_id = edit_sums.task_id
        and last_checks.check_id = edit_sums.check_id

)

select * from failed_checks
