{{ config(materialized='table') }}

with

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

-- Parsed only where it may write: most inputs hold no text that they put anywhere.
with_inputs as (

    select
        line_id,
        batch_id,
        block_number,
        {{ parsed_writing('tool_input') }} as tool_input

    from blocks

    where
        block_type = 'tool_use'
        and (
            tool_name = 'Write'
            or tool_input like '%"new\_string"%' escape '\'
            or tool_input like '%"new\_str"%' escape '\'
            or tool_input like '%"new\_source"%' escape '\'
            or tool_input like '%"file\_text"%' escape '\'
            or tool_input like '%<<%'
        )

),

-- What an edit, a file that is written whole, a notebook's cell or a here-document holds.
texts as (

    select
        line_id,
        batch_id,
        block_number,
        {{ written_text('tool_input') }} as written_text

    from with_inputs

),

written_lines as (

    select
        line_id,
        batch_id,
        block_number,
        {{ line_hashes('written_text') }} as line_hashes

    from texts

    where written_text <> ''

)

select * from written_lines

where len(line_hashes) > 0
