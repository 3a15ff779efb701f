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
            line_json(), '{"attachment": {"type": "VARCHAR", "total": "VARCHAR", "used": "VARCHAR"}}'
        ) }} as line

    from landed

    where
        line_status <> 'rejected'
        and record_type = 'attachment'
        and ({{ line_json() }} like '%"budget_usd"%' or {{ line_json() }} like '%"max_turns_reached"%')

),

limits as (

    select
        line_id,
        batch_id,
        case line.attachment.type
            when 'budget_usd' then 'budget'
            when 'max_turns_reached' then 'turns'
        end as limit_kind,
        {{ usd_from_json('line.attachment.total') }} as limit_usd,
        {{ usd_from_json('line.attachment.used') }} as used_usd

    from parsed

    where line.attachment.type in ('budget_usd', 'max_turns_reached')

)

select * from limits
