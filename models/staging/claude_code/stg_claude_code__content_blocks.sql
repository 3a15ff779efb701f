{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

parsed as (

    select
        {{ line_id() }} as line_id,
        {{ line_json() }} as line_text,
        {{ parse_json(
            line_json(),
            '{"message": {"content": [{"type": "VARCHAR", "text": "VARCHAR", "id": "VARCHAR", "name": "VARCHAR", "tool_use_id": "VARCHAR", "is_error": "BOOLEAN", "input": {"file_path": "VARCHAR", "notebook_path": "VARCHAR"}}], "usage": "JSON"}, "toolUseResult": {"type": "VARCHAR", "content": "VARCHAR", "agentId": "VARCHAR", "structuredPatch": [{"lines": ["VARCHAR"]}]}}'
        ) }} as line

    from landed

    where
        line_status <> 'rejected'
        and record_type in ('user', 'assistant')

),

-- A user's message may be a plain text instead of blocks; only then is the line read a second time.
with_content as (

    select
        line_id,
        -- A message without content has one block, too: its usage is seen there.
        case
            when len(line.message.content) = 0 then {{ text_block('cast(null as varchar)') }}
            else coalesce(line.message.content, {{ text_block(json_text('line_text', '$.message.content')) }})
        end as content,
        {{ json_keys_at(
            'line.message.usage', ['$', '$.cache_creation', '$.server_tool_use', '$.iterations[0]', '$.iterations[1]']
        ) }} as usage_fields,
        line."toolUseResult" as tool_result

    from parsed

),

unnested as (

    select
        line_id,
        tool_result,
        usage_fields,
        unnest(content) as block,
        generate_subscripts(content, 1) as block_number

    from with_content

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
            when tool_result.type = 'create' and len(tool_result.structuredpatch) = 0
                then {{ text_lines('tool_result.content') }}
            else {{ hunk_lines('tool_result.structuredpatch', '+') }}
        end as result_lines_added,
        {{ hunk_lines('tool_result.structuredpatch', '-') }} as result_lines_removed,
        usage_fields

    from unnested

)

select * from blocks
