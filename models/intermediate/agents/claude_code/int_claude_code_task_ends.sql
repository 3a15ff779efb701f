with

last_responses as (

    select * from {{ ref('int_claude_code_last_responses') }}

),

last_events as (

    select * from {{ ref('int_claude_code_last_events') }}

),

limits as (

    select * from {{ ref('int_claude_code_limits') }}

),

agent_answers as (

    select * from {{ ref('int_claude_code_agent_answers') }}

),

running_commits as (

    select distinct thread_id

    from {{ ref('int_claude_code_running_commits') }}

),

-- Told from when things happened last, not from the order of lines; what is not there happened before all else.
moments as (

    select
        coalesce(last_responses.thread_id, last_events.thread_id) as thread_id,
        coalesce(last_responses.session_id, last_events.session_id) as session_id,
        last_responses.has_tool_use,
        last_responses.has_structured_output,
        coalesce(agent_answers.answer_text, last_responses.answer_text) as answer_text,
        agent_answers.answered_at,
        last_responses.stop_reason,
        coalesce(last_responses.last_response_at, timestamp '0001-01-01 00:00:00') as last_response_at,
        coalesce(last_events.last_result_at, timestamp '0001-01-01 00:00:00') as last_result_at,
        coalesce(last_events.last_prompt_at, timestamp '0001-01-01 00:00:00') as last_prompt_at,
        last_events.last_interrupt_at,
        last_events.last_denial_at,
        last_events.last_api_error_at,
        coalesce(limits.reached_budget, false) as reached_budget,
        coalesce(limits.reached_turns, false) as reached_turns,
        running_commits.thread_id is not null as has_running_commit

    from last_responses

    full outer join last_events
        on last_responses.thread_id = last_events.thread_id

    left join limits
        on last_responses.thread_id = limits.thread_id

    left join agent_answers
        on last_responses.thread_id = agent_answers.thread_id

    left join running_commits
        on last_responses.thread_id = running_commits.thread_id

    where
        last_responses.thread_id is not null
        or last_events.is_of_a_task

),

ends as (

    select
        thread_id,
        session_id,
        case
            when last_interrupt_at >= greatest(last_response_at, last_prompt_at) then 'interrupt'
            when last_api_error_at >= greatest(last_response_at, last_prompt_at) then 'api_error'
            when last_denial_at >= greatest(last_response_at, last_prompt_at) then 'denial'
            when answered_at >= greatest(last_response_at, last_prompt_at) then 'answer'
            when last_prompt_at > last_response_at then 'prompt'
            when has_structured_output and last_result_at > last_response_at then 'structured_output'
            when reached_budget and has_tool_use then 'budget'
            when reached_turns and has_tool_use then 'turn_limit'
            when last_result_at > last_response_at then 'tool_result'
            when has_running_commit then 'commit'
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
        session_id,
        ended_on,
        case
            when ended_on in ('interrupt', 'denial') then 'operator_stopped'
            when ended_on = 'api_error' then 'error'
            when ended_on = 'budget' then 'budget_cap'
            when ended_on = 'turn_limit' then 'turn_cap'
            when ended_on in ('answer', 'structured_output', 'commit') then 'done'
            else 'unfinished'
        end as exit_reason,
        answer_text

    from ends

)

select * from reasons
