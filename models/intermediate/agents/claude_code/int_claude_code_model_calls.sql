with

responses as (

    select * from {{ ref('int_claude_code_responses') }}

),

iterations as (

    select * from {{ ref('stg_claude_code__iterations') }}

),

lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

    where fallback_model is not null

),

-- Claude Code's own tool searches in a request that no line tells of; its result says how often.
searched as (

    select
        model_call_id,
        cast(sum(search_count) as bigint) as search_count

    from {{ ref('int_claude_code_tool_calls') }}

    where tool_name = 'WebSearch'

    group by model_call_id

),

-- Where a model took over from another one, it is the one that served, and whose request counts.
served as (

    select
        line_id,
        max_by(model, case when iteration_type = 'fallback_message' then iteration_number end) as fallback_model,
        max(case when iteration_type = 'fallback_message' then {{ request_tokens() }} end) as fallback_request_tokens,
        max(case when iteration_type = 'message' then {{ request_tokens() }} end) as largest_request_tokens

    from iterations

    group by line_id

),

fallen_back as (

    select
        lines.model_call_id,
        max(blocks.fallback_model) as fallback_model

    from blocks

    inner join lines
        on blocks.line_id = lines.line_id

    where lines.model_call_id is not null

    group by lines.model_call_id

),

own_usage as (

    select
        responses.model_call_id,
        responses.model_call_id as response_id,
        cast(null as string) as iteration_type,
        responses.host,
        responses.account,
        responses.provider,
        responses.session_id,
        responses.agent_id,
        responses.thread_id,
        responses.git_branch,
        responses.version,
        responses.message_id,
        responses.request_id,
        responses.called_at,
        coalesce(served.fallback_model, fallen_back.fallback_model, responses.model) as model,
        responses.speed,
        {{ call_facts_of('responses') }}
        responses.input_tokens,
        responses.output_tokens,
        responses.thinking_tokens,
        responses.cache_read_input_tokens,
        responses.cache_creation_input_tokens,
        responses.ephemeral_5m_input_tokens,
        responses.ephemeral_1h_input_tokens,
        responses.prompt_cache_requested,
        -- A tier is told by a single request; the outer counts are the sum of all of them.
        coalesce(served.fallback_request_tokens, served.largest_request_tokens) as largest_request_tokens,
        coalesce(
            nullif(responses.web_search_requests, 0), searched.search_count, responses.web_search_requests
        ) as web_search_requests,
        responses.stop_reason,
        responses.copies

    from responses

    left join searched
        on responses.model_call_id = searched.model_call_id

    left join served
        on responses.line_id = served.line_id

    left join fallen_back
        on responses.model_call_id = fallen_back.model_call_id

),

-- What is billed besides: the outer counts leave it out.
billed_besides as (

    select
        responses.model_call_id || ':' || iterations.iteration_number as model_call_id,
        responses.model_call_id as response_id,
        iterations.iteration_type,
        responses.host,
        responses.account,
        responses.provider,
        responses.session_id,
        responses.agent_id,
        responses.thread_id,
        responses.git_branch,
        responses.version,
        responses.message_id,
        responses.request_id,
        responses.called_at,
        coalesce(iterations.model, responses.model) as model,
        case when coalesce(iterations.model, responses.model) = responses.model then responses.speed end as speed,
        {{ call_facts_of('responses') }}
        iterations.input_tokens,
        iterations.output_tokens,
        cast(null as bigint) as thinking_tokens,
        iterations.cache_read_input_tokens,
        iterations.cache_creation_input_tokens,
        iterations.ephemeral_5m_input_tokens,
        iterations.ephemeral_1h_input_tokens,
        responses.prompt_cache_requested,
        cast(null as bigint) as largest_request_tokens,
        cast(null as bigint) as web_search_requests,
        responses.stop_reason,
        responses.copies

    from responses

    inner join iterations
        on responses.line_id = iterations.line_id

    where iterations.iteration_type in ('advisor_message', 'compaction')

),

calls as (

    select * from own_usage

    union all

    select * from billed_besides

)

select * from calls
