{{ config(materialized='ephemeral') }}

with

records as (

    select * from {{ ref('stg_claude_code__side_records') }}

),

notes as (

    select
        line_id,
        batch_id,
        case when record_type = 'system' then 'compaction' else attachment_kind end as note_kind,
        compaction_trigger,
        tokens_before,
        tokens_after,
        compaction_ms,
        coalesce(
            attachment_path,
            attachment_file_name,
            attachment_hook_name,
            nullif(attachment_names, '')
        ) as item_name,
        attachment_characters as item_characters,
        is_in_repository

    from records

    where
        (record_type = 'system' and record_subtype = 'compact_boundary')
        or (record_type = 'attachment' and attachment_kind is not null)

)

select * from notes
