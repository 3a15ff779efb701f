{{ config(materialized='ephemeral') }}

with

scopes as (

    select * from {{ ref('int_task_scopes') }}

),

edits as (

    select * from {{ ref('int_file_edits') }}

),

edit_sums as (

    select
        scopes.task_id,
        count(case when edits.file_kind = 'work' then 1 end) as edit_count,
        count(distinct case when edits.file_kind = 'work' then edits.file_path end) as edited_file_count,
        count(case when edits.file_kind = 'scratch' then 1 end) as scratch_edit_count,
        count(case when edits.file_kind = 'ignored' then 1 end) as ignored_edit_count,
        count(case when edits.edited_by <> 'tool' then 1 end) as writing_command_count,
        min(case when edits.edited_by = 'tool' then edits.edited_at end) as first_edited_at,
        max(case when edits.file_kind = 'work' then edits.edited_at end) as last_edited_at

    from scopes

    inner join edits
        on scopes.evidence_task_id = edits.task_id

    group by scopes.task_id

)

select * from edit_sums
