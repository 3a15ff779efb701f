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

responses as (

    select
        thread_id,
        model_call_id,
        max(logged_at) as responded_at,
        max(stop_reason) as stop_reason

    from lines

    where model_call_id is not null

    group by
        thread_id,
        model_call_id

),

last_responses as (

    select
        thread_id,
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
        max_by(
            blocks.block_text,
            case
                when trim(blocks.block_text) <> ''
                    then {{ time_key('lines.logged_at') }} || lpad(cast(blocks.block_number as varchar), 6, '0')
            end
        ) as answer_text

    from lines

    inner join last_responses
        on lines.thread_id = last_responses.thread_id
        and lines.model_call_id = last_responses.model_call_id

    inner join blocks
        on lines.line_id = blocks.line_id

    group by lines.thread_id

),

last_results as (

    select
        lines.thread_id,
        max(lines.logged_at) as last_result_at

    from lines

    inner join blocks
        on lines.line_id = blocks.line_id

    where blocks.block_type = 'tool_result'

    group by lines.thread_id

),

last_prompts as (

    select
        task_id as thread_id,
        max(prompted_at) as last_prompt_at

    from prompts

    group by task_id

),

last_disruptions as (

    select
        task_id as thread_id,
        max(case when disruption = 'interrupt' then disrupted_at end) as last_interrupt_at,
        max(case when disruption = 'denial' then disrupted_at end) as last_denial_at,
        max(case when disruption = 'api_error' then disrupted_at end) as last_api_error_at

    from disruptions

    group by task_id

),

threads as (

    select thread_id from last_responses

    union distinct

    select thread_id from last_prompts

    union distinct

    select thread_id from last_disruptions

),

-- Told from when things happened last, not from the order of lines; what is not there happened before all else.
moments as (

    select
        threads.thread_id,
        last_blocks.has_tool_use,
        last_blocks.answer_text,
        last_responses.stop_reason,
        coalesce(last_responses.last_response_at, timestamp '0001-01-01 00:00:00') as last_response_at,
        coalesce(last_results.last_result_at, timestamp '0001-01-01 00:00:00') as last_result_at,
        coalesce(last_prompts.last_prompt_at, timestamp '0001-01-01 00:00:00') as last_prompt_at,
        last_disruptions.last_interrupt_at,
        last_disruptions.last_denial_at,
        last_disruptions.last_api_error_at

    from threads

    left join last_responses
        on threads.thread_id = last_responses.thread_id

    left join last_blocks
        on threads.thread_id = last_blocks.thread_id

    left join last_results
        on threads.thread_id = last_results.thread_id

    left join last_prompts
        on threads.thread_id = last_prompts.thread_id

    left join last_disruptions
        on threads.thread_id = last_disruptions.thread_id

),

ends as (

    select
        thread_id,
        case
            when last_interrupt_at >= greatest(last_response_at, last_prompt_at) then 'interrupt'
            when last_api_error_at >= greatest(last_response_at, last_prompt_at) then 'api_error'
            when last_denial_at >= greatest(last_response_at, last_prompt_at) then 'denial'
            when last_prompt_at > last_response_at then 'prompt'
            when last_result_at > last_response_at then 'tool_result'
            when has_tool_use then 'tool_call'
            when stop_reason = 'max_tokens' then 'token_limit'
            when answer_text is not null then 'answer'
            else 'thinking'
        end as ended_on,
        answer_text

    from moments

),

reasons as (

    select
        thread_id,
        ended_on,
        case
            when ended_on in ('interrupt', 'denial') then 'operator_stopped'
            when ended_on = 'api_error' then 'error'
            when ended_on = 'answer' then 'done'
            else 'unfinished'
        end as exit_reason,
        answer_text

    from ends

)

select * from reasons
