{{ config(materialized='ephemeral') }}

with

records as (

    select * from {{ ref('stg_claude_code__side_records') }}

),

limits as (

    select
        line_id,
        batch_id,
        case attachment_kind
            when 'budget_usd' then 'budget'
            when 'max_turns_reached' then 'turns'
        end as limit_kind,
        limit_usd,
        used_usd

    from records

    where
        record_type = 'attachment'
        and attachment_kind in ('budget_usd', 'max_turns_reached')

)

select * from limits
