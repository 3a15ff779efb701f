{{ config(materialized='view') }}

with

claude_code_lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

claude_code_blocks as (

    select
        line_id,
        block_number,
        block_type,
        tool_name,
        result_agent_id,
        result_is_error,
        coalesce(tool_use_id, result_tool_use_id) as tool_use_id,
        coalesce({{ value_texts('tool_input') }}, block_text, result_text) as block_text

    from {{ ref('stg_claude_code__content_blocks') }}

    where block_type in ('text', 'tool_use', 'tool_result')

),

claude_code_prompts as (

    select * from {{ ref('int_claude_code_prompts') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

claude_code as (

    select
        claude_code_lines.line_id,
        claude_code_blocks.block_number,
        claude_code_lines.session_id,
        claude_code_lines.thread_id as task_id,
        claude_code_lines.line_number as line_order,
        claude_code_lines.logged_at as said_at,
        case
            when claude_code_blocks.block_type <> 'text' then claude_code_blocks.block_type
            when claude_code_lines.record_type = 'assistant' then 'answer'
            when claude_code_prompts.prompt_id is not null then 'prompt'
            when claude_code_lines.is_compact_summary then 'compaction'
            else 'context'
        end as text_kind,
        claude_code_blocks.tool_use_id,
        claude_code_blocks.tool_name,
        claude_code_blocks.result_agent_id as agent_id,
        claude_code_blocks.result_is_error as is_error,
        claude_code_blocks.block_text

    from claude_code_lines

    inner join claude_code_blocks
        on claude_code_lines.line_id = claude_code_blocks.line_id

    left join claude_code_prompts
        on claude_code_lines.line_id = claude_code_prompts.prompt_id

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
        tool_use_id,
        tool_name,
        cast(null as varchar) as agent_id,
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
