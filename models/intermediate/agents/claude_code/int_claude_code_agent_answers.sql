{{ config(materialized='ephemeral') }}

with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

-- What a sub-agent answered stands with the call that started it, and in some versions there alone. One that was sent
-- into the background has only been started.
answers as (

    select
        tool_calls.session_id || '/' || tool_calls.spawned_agent_id as thread_id,
        max(tool_calls.ended_at) as answered_at,
        max_by(blocks.result_text, {{ time_key('tool_calls.ended_at') }} || tool_calls.tool_call_id) as answer_text

    from tool_calls

    inner join blocks
        on tool_calls.result_line_id = blocks.line_id
        and tool_calls.result_block_number = blocks.block_number

    where
        tool_calls.spawned_agent_id is not null
        and tool_calls.subagent_type is not null
        and not coalesce(tool_calls.is_error, true)
        -- Asked of what such a call has, not of every result.
        and case
            when tool_calls.spawned_agent_id is not null
                then
                    trim(blocks.result_text) <> ''
                    and not {{ matches_regex(
                        'blocks.result_text', "'(?i)^async agent launched|^agent launched|output_file:'"
                    ) }}
            else false
        end

    group by tool_calls.session_id || '/' || tool_calls.spawned_agent_id

)

select * from answers
