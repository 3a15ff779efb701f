{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

parsed as (

    select
        {{ line_id() }} as line_id,
        {{ logged_id(json_text(line_json(), '$.ownerAccountUuid')) }} as account_uuid

    from landed

    where
        line_status <> 'rejected'
        and record_type = 'bridge-session'

),

bridges as (

    select * from parsed

    where account_uuid is not null

)

select * from bridges
