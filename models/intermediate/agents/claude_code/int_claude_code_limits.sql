{{ config(materialized='ephemeral') }}

with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

limits as (

    select * from {{ ref('stg_claude_code__limits') }}

),

client_totals as (

    select * from {{ ref('int_claude_code_client_totals') }}

),

-- That a budget was used up no record says: what the client counted in the end does.
reached as (

    select
        lines.thread_id,
        max(limits.limit_kind = 'turns') as reached_turns,
        max(coalesce(
            limits.limit_kind = 'budget'
            and greatest(limits.used_usd, coalesce(client_totals.cost_usd, 0)) >= limits.limit_usd,
            false
        )) as reached_budget

    from limits

    inner join lines
        on limits.line_id = lines.line_id

    left join client_totals
        on lines.session_id = client_totals.session_id

    group by lines.thread_id

)

select * from reached
