{{ config(materialized='ephemeral') }}

with

records as (

    select * from {{ ref('stg_claude_code__side_records') }}

),

shown_files as (

    select
        line_id,
        batch_id,
        attachment_kind,
        coalesce(attachment_file_name, attachment_path) as file_path

    from records

    where record_type = 'attachment'

)

select * from shown_files

where file_path <> ''
