{{ config(materialized='ephemeral') }}

with

records as (

    select * from {{ ref('stg_claude_code__side_records') }}

),

bridges as (

    select
        line_id,
        account_uuid

    from records

    where
        record_type = 'bridge-session'
        and account_uuid is not null

)

select * from bridges
