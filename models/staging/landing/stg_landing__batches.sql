with

batches as (

    select * from {{ source('landing', 'batches') }}

),

renamed as (

    select
        host,
        batch_id,
        "table" as landing_table,
        path as batch_path,
        "rows" as line_count,
        ok_lines as ok_line_count,
        repaired_lines as repaired_line_count,
        rejected_lines as rejected_line_count,
        bytes as source_bytes,
        landed_at,
        secrets_scanned_at

    from batches

)

select * from renamed
