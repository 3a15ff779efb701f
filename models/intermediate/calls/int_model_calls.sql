with

claude_code as (

    select * from {{ ref('int_claude_code_model_calls') }}

),

mu as (

    select * from {{ ref('int_mu_model_calls') }}

),

turns as (

    select * from {{ ref('int_call_turns') }}

),

projects as (

    select * from {{ ref('int_session_projects') }}

),

unioned as (

    select
        model_call_id,
        iteration_type,
        'claude_code' as fleet,
        host,
        account,
        provider,
        session_id,
        thread_id as task_id,
        agent_id,
        git_branch,
        version as client_version,
        model,
        message_id,
        request_id,
        called_at,
        input_tokens,
        output_tokens,
        -- Anthropic's output counts include thinking.
        thinking_tokens as reasoning_tokens,
        cache_read_input_tokens as cache_read_tokens,
        {{ cache_write_5m(
            'cache_creation_input_tokens', 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens',
            'prompt_cache_requested'
        ) }} as cache_write_5m_tokens,
        {{ cache_write_1h(
            'cache_creation_input_tokens', 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens',
            'prompt_cache_requested'
        ) }} as cache_write_1h_tokens,
        {{ cache_tier_known(
            'cache_creation_input_tokens', 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens',
            'prompt_cache_requested'
        ) }} as cache_tier_known,
        largest_request_tokens,
        web_search_requests,
        speed,
        {{ call_facts_of('claude_code') }}
        stop_reason,
        stop_reason is not null
        and (input_tokens is not null or output_tokens is not null) as usage_is_final,
        case
            when input_tokens is null and output_tokens is null then 'none'
            else 'model_call'
        end as usage_source,
        copies

    from claude_code

    union all

    select
        model_call_id,
        cast(null as string) as iteration_type,
        fleet,
        host,
        account,
        provider,
        session_id,
        task_id,
        cast(null as string) as agent_id,
        cast(null as string) as git_branch,
        cast(null as string) as client_version,
        model,
        cast(null as string) as message_id,
        cast(null as string) as request_id,
        called_at,
        -- An input that is smaller than what it is said to hold shows that the buckets are apart.
        case
            when input_tokens >= {{ cached_in_input() }} then input_tokens - {{ cached_in_input() }}
            else input_tokens
        end as input_tokens,
        output_tokens + case when reasoning_in_output then 0 else coalesce(reasoning_tokens, 0) end as output_tokens,
        reasoning_tokens,
        case when usage_source <> 'none' then coalesce(cache_read_input_tokens, 0) end as cache_read_tokens,
        case when usage_source <> 'none' then coalesce(
            {{ cache_write_5m(
                'cache_creation_input_tokens', 'cache_creation_5m_input_tokens', 'cache_creation_1h_input_tokens'
            ) }},
            0
        ) end as cache_write_5m_tokens,
        case when usage_source <> 'none' then coalesce(
            {{ cache_write_1h(
                'cache_creation_input_tokens', 'cache_creation_5m_input_tokens', 'cache_creation_1h_input_tokens'
            ) }},
            0
        ) end as cache_write_1h_tokens,
        {{ cache_tier_known(
            'cache_creation_input_tokens', 'cache_creation_5m_input_tokens', 'cache_creation_1h_input_tokens'
        ) }} as cache_tier_known,
        cast(null as bigint) as largest_request_tokens,
        cast(null as bigint) as web_search_requests,
        cast(null as string) as speed,
        {% for fact, type in call_facts().items() %}
            cast(null as {{ type }}) as {{ fact }},
        {% endfor %}
        stop_reason,
        usage_source = 'task_telemetry'
        or (usage_source = 'model_call' and stop_reason is not null) as usage_is_final,
        usage_source,
        0 as copies

    from mu

),

calls as (

    select
        unioned.model_call_id,
        unioned.iteration_type,
        unioned.fleet,
        unioned.host,
        unioned.account,
        unioned.provider,
        unioned.session_id,
        unioned.task_id,
        turns.turn_id,
        unioned.agent_id,
        projects.project,
        unioned.git_branch,
        unioned.client_version,
        unioned.model,
        unioned.message_id,
        unioned.request_id,
        unioned.called_at,
        {{ reporting_date('unioned.called_at') }} as called_on,
        unioned.input_tokens,
        unioned.output_tokens,
        unioned.reasoning_tokens,
        unioned.cache_read_tokens,
        unioned.cache_write_5m_tokens,
        unioned.cache_write_1h_tokens,
        unioned.cache_tier_known,
        unioned.largest_request_tokens,
        unioned.web_search_requests,
        unioned.speed,
        {{ call_facts_of('unioned') }}
        unioned.stop_reason,
        unioned.usage_is_final,
        unioned.usage_source,
        unioned.copies

    from unioned

    left join turns
        on unioned.model_call_id = turns.model_call_id

    left join projects
        on unioned.session_id = projects.session_id

)

select * from calls
