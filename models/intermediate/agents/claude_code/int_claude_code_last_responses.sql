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

responses as (

    select
        thread_id,
        session_id,
        model_call_id,
        max(logged_at) as responded_at,
        max(stop_reason) as stop_reason

    from lines

    where model_call_id is not null

    group by
        thread_id,
        session_id,
        model_call_id

),

last_calls as (

    select
        thread_id,
        min(session_id) as session_id,
        max(responded_at) as last_response_at,
        max_by(model_call_id, {{ time_key('responded_at') }} || model_call_id) as model_call_id,
        max_by(stop_reason, {{ time_key('responded_at') }} || model_call_id) as stop_reason

    from responses

    group by thread_id

),

last_blocks as (

    select
        lines.thread_id,
        max(blocks.block_type = 'tool_use') as has_tool_use,
        max(coalesce(blocks.tool_name = 'StructuredOutput', false)) as has_structured_output,
        max_by(
            blocks.block_text,
            case
                when trim(blocks.block_text) <> ''
                    then {{ time_key('lines.logged_at') }} || lpad(cast(blocks.block_number as string), 6, '0')
            end
        ) as answer_text

    from lines

    inner join last_calls
        on lines.thread_id = last_calls.thread_id
        and lines.model_call_id = last_calls.model_call_id

    inner join blocks
        on lines.line_id = blocks.line_id

    group by lines.thread_id

),

last_responses as (

    select
        last_calls.thread_id,
        last_calls.session_id,
        last_calls.model_call_id,
        last_calls.last_response_at,
        last_calls.stop_reason,
        last_blocks.has_tool_use,
        last_blocks.has_structured_output,
        last_blocks.answer_text

    from last_calls

    left join last_blocks
        on last_calls.thread_id = last_blocks.thread_id

)

select * from last_responses
