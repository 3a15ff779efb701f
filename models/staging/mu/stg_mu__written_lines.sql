{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'mu_events') }}

),

calls as (

    select
        {{ line_id() }} as line_id,
        batch_id,
        {{ parse_json(line_json(), '{"payload": {"arguments": "JSON"}}') }}.payload.arguments as arguments

    from landed

    where
        line_status <> 'rejected'
        and kind = 'tool_call'

),

with_inputs as (

    select
        line_id,
        batch_id,
        {{ parsed_writing('arguments') }} as tool_input

    from calls

),

texts as (

    select
        line_id,
        batch_id,
        {{ written_text('tool_input') }} as written_text

    from with_inputs

),

written_lines as (

    select
        line_id,
        batch_id,
        {{ line_hashes('written_text') }} as line_hashes

    from texts

    where written_text <> ''

)

select * from written_lines

where len(line_hashes) > 0
