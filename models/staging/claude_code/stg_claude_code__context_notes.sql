{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

parsed as (

    select
        {{ line_id() }} as line_id,
        batch_id,
        record_type,
        {{ parse_json(
            line_json(),
            '{"compactMetadata": {"trigger": "VARCHAR", "preTokens": "VARCHAR", "postTokens": "VARCHAR", "durationMs": "VARCHAR"}, "attachment": {"type": "VARCHAR", "path": "VARCHAR", "filename": "VARCHAR", "hookName": "VARCHAR", "addedNames": ["VARCHAR"], "addedBlocks": ["VARCHAR"], "snapshot": {"isGitRepo": "VARCHAR"}, "content": "JSON"}}'
        ) }} as line

    from landed

    where
        line_status <> 'rejected'
        and ((record_type = 'system' and subtype = 'compact_boundary') or record_type = 'attachment')

),

notes as (

    select
        line_id,
        batch_id,
        case when record_type = 'system' then 'compaction' else line.attachment.type end as note_kind,
        line."compactMetadata".trigger as compaction_trigger,
        {{ count_from_json('line."compactMetadata"."preTokens"') }} as tokens_before,
        {{ count_from_json('line."compactMetadata"."postTokens"') }} as tokens_after,
        {{ count_from_json('line."compactMetadata"."durationMs"') }} as compaction_ms,
        coalesce(
            line.attachment.path,
            line.attachment.filename,
            line.attachment.hookname,
            nullif({{ joined('line.attachment.addednames', "' '") }}, '')
        ) as item_name,
        length(coalesce(
            {{ json_text('line.attachment.content', '$.file.content') }},
            {{ json_text('line.attachment.content', '$.content') }},
            nullif({{ joined('line.attachment.addedblocks', 'chr(10)') }}, ''),
            cast(line.attachment.content as string)
        )) as item_characters,
        line.attachment.snapshot.isgitrepo = 'true' as is_in_repository

    from parsed

    where record_type = 'system' or line.attachment.type is not null

)

select * from notes
