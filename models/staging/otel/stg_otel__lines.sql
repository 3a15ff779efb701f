{{ config(materialized='table') }}

with

lines as (

    select
        {{ line_id() }} as line_id,
        fleet,
        host,
        account,
        source_path,
        generation,
        line_number,
        byte_offset,
        batch_id,
        landed_at

    from {{ source('landing', 'otel_requests') }}

)

select * from lines
