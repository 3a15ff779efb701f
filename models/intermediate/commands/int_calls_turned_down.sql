{{ config(materialized='ephemeral') }}

with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

disruptions as (

    select * from {{ ref('int_disruptions') }}

),

-- By a person or by a rule: the tool has not run.
turned_down as (

    select distinct tool_calls.tool_call_id

    from tool_calls

    inner join disruptions
        on tool_calls.result_line_id = disruptions.line_id
        and tool_calls.result_block_number = disruptions.block_number

    where disruptions.disruption not in ('interrupt', 'api_error')

)

select * from turned_down
