{{ config(materialized='ephemeral') }}

with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

prompts as (

    select * from {{ ref('int_claude_code_prompts') }}

),

disruptions as (

    select * from {{ ref('int_disruptions') }}

),

events as (

    select
        lines.thread_id,
        lines.session_id,
        'result' as event,
        lines.logged_at as happened_at

    from lines

    inner join blocks
        on lines.line_id = blocks.line_id

    where blocks.block_type = 'tool_result'

    union all

    select
        task_id as thread_id,
        session_id,
        'prompt' as event,
        prompted_at as happened_at

    from prompts

    union all

    select
        task_id as thread_id,
        session_id,
        disruption as event,
        disrupted_at as happened_at

    from disruptions

),

last_events as (

    select
        thread_id,
        min(session_id) as session_id,
        max(event <> 'result') as is_of_a_task,
        max(case when event = 'result' then happened_at end) as last_result_at,
        max(case when event = 'prompt' then happened_at end) as last_prompt_at,
        max(case when event = 'interrupt' then happened_at end) as last_interrupt_at,
        max(case when event = 'denial' then happened_at end) as last_denial_at,
        max(case when event = 'api_error' then happened_at end) as last_api_error_at

    from events

    group by thread_id

)

select * from last_events
