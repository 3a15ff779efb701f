{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

-- Parsed only where a tool that writes stands in it: most lines hold none.
writing as (

    select
        {{ line_id() }} as line_id,
        batch_id,
        {{ parse_json(
            line_json(), '{"message": {"content": [{"type": "VARCHAR", "name": "VARCHAR", "input": "JSON"}]}}'
        ) }} as line

    from landed

    where
        line_status <> 'rejected'
        and record_type = 'assistant'
        and (
            {{ line_json() }} like '%"new\_string"%' escape '\'
            or {{ line_json() }} like '%"new\_str"%' escape '\'
            or {{ line_json() }} like '%"new\_source"%' escape '\'
            or {{ line_json() }} like '%"Write"%'
            or {{ line_json() }} like '%"file\_text"%' escape '\'
            or {{ line_json() }} like '%<<%'
        )

),

blocks as (

    select
        line_id,
        batch_id,
        unnest(line.message.content) as block,
        generate_subscripts(line.message.content, 1) as block_number

    from writing

),

with_inputs as (

    select
        line_id,
        batch_id,
        block_number,
        {{ parsed_writing('block.input') }} as tool_input

    from blocks

    where block.type = 'tool_use'

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
