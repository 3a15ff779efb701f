with

lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

uses as (

    select
        coalesce(blocks.tool_use_id, '') as tool_use_id,
        lines.model_call_id

    from lines

    inner join blocks
        on lines.line_id = blocks.line_id

    where
        lines.model_call_id is not null
        and {{ is_tool_use('blocks.block_type') }}

),

-- Behind some gateways ids are counted anew in each session, and logs may be redacted.
repeated as (

    select
        tool_use_id,
        -- As in int_session_links.
        {{ short_hash("'tool_call ' || tool_use_id") }} as link

    from uses

    group by tool_use_id

    having min(model_call_id) <> max(model_call_id)

)

select * from repeated
