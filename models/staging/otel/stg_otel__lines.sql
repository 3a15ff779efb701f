with

lines as (

    select
        {{ line_id() }} as line_id,
        host,
        account,
        source_path,
        generation,
        line_number,
        byte_offset

    from {{ source('landing', 'otel_requests') }}

)

select * from lines
