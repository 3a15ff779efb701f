{{ config(materialized='view') }}

with

claude_code as (

    select * from {{ ref('int_claude_code_texts') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

mu as (

    select
        line_id,
        cast(1 as bigint) as block_number,
        session_id,
        owning_task_id as task_id,
        event_position as line_order,
        logged_at as said_at,
        case event_kind
            when 'user_message' then 'prompt'
            when 'assistant_message_event' then 'answer'
            when 'tool_call' then 'tool_use'
            when 'tool_result' then 'tool_result'
            else 'compaction'
        end as text_kind,
        case when event_kind = 'user_message' then 'person' end as sender,
        cast(null as string) as sender_name,
        tool_use_id,
        tool_name,
        cast(null as string) as agent_id,
        is_error,
        coalesce({{ value_texts('tool_input') }}, user_text, assistant_text, result_text) as block_text

    from mu_events

    where event_kind in ('user_message', 'assistant_message_event', 'tool_call', 'tool_result', 'compaction_assembly')

),

texts as (

    select * from claude_code

    union all

    select * from mu

)

select * from texts
