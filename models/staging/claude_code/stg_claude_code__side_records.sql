with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

-- A record of a kind that nobody knows may hold a message, with its usage, at any depth.
side_records as (

    select
        {{ line_id() }} as line_id,
        record_type,
        message_id is not null
        or message_role is not null
        or model is not null
        or contains({{ line_json() }}, '"usage"') as has_message

    from landed

    where
        line_status <> 'rejected'
        and coalesce(record_type, '') not in ('user', 'assistant')

)

select * from side_records
