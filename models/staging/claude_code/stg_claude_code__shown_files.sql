{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

parsed as (

    select
        {{ line_id() }} as line_id,
        batch_id,
        {{ parse_json(
            line_json(), '{"attachment": {"type": "VARCHAR", "filename": "VARCHAR", "path": "VARCHAR"}}'
        ) }}.attachment as attachment

    from landed

    where
        line_status <> 'rejected'
        and record_type = 'attachment'

),

shown_files as (

    select
        line_id,
        batch_id,
        attachment.type as attachment_kind,
        coalesce(attachment.filename, attachment.path) as file_path

    from parsed

)

select * from shown_files

where file_path <> ''
