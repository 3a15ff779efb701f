{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

parsed as (

    select
        host || '|' || account || '|' || source_path || '|' || generation || '|' || byte_offset as line_id,
        {{ parse_json(
            "coalesce(repaired, raw)",
            '{"message": {"content": [{"type": "VARCHAR", "text": "VARCHAR", "id": "VARCHAR", "name": "VARCHAR", "tool_use_id": "VARCHAR", "is_error": "BOOLEAN", "input": {"file_path": "VARCHAR", "notebook_path": "VARCHAR"}}]}, "toolUseResult": {"type": "VARCHAR", "filePath": "VARCHAR", "content": "VARCHAR", "agentId": "VARCHAR", "structuredPatch": [{"lines": ["VARCHAR"]}]}}'
        ) }} as line,
        case
            when record_type = 'user' then {{ json_text("coalesce(repaired, raw)", '$.message.content') }}
        end as content_text

    from landed

    where
        line_status <> 'rejected'
        and record_type in ('user', 'assistant')

),

unnested as (

    select
        line_id,
        unnest(line.message.content) as block,
        generate_subscripts(line.message.content, 1) as block_number,
        line."toolUseResult" as tool_result

    from parsed

    where line.message.content is not null

),

blocks as (

    select
        line_id,
        block_number,
        block.type as block_type,
        case when block.type = 'text' then block.text end as block_text,
        block.id as tool_use_id,
        block.name as tool_name,
        coalesce(block.input.file_path, block.input.notebook_path) as tool_file_path,
        block.tool_use_id as result_tool_use_id,
        block.is_error as result_is_error,
        tool_result.agentid as result_agent_id,
        case
            when tool_result.type = 'create' and len(tool_result.structuredpatch) = 0 then {{ text_lines('tool_result.content') }}
            else {{ hunk_lines('tool_result.structuredpatch', '+') }}
        end as result_lines_added,
        {{ hunk_lines('tool_result.structuredpatch', '-') }} as result_lines_removed

    from unnested

),

plain_texts as (

    select
        line_id,
        1 as block_number,
        'text' as block_type,
        content_text as block_text,
        cast(null as varchar) as tool_use_id,
        cast(null as varchar) as tool_name,
        cast(null as varchar) as tool_file_path,
        cast(null as varchar) as result_tool_use_id,
        cast(null as boolean) as result_is_error,
        cast(null as varchar) as result_agent_id,
        cast(null as bigint) as result_lines_added,
        cast(null as bigint) as result_lines_removed

    from parsed

    where
        line.message.content is null
        and content_text is not null

),

unioned as (

    select * from blocks

    union all

    select * from plain_texts

)

select * from unioned
