with

claude_code as (

    select * from {{ ref('int_claude_code_model_calls') }}

),

mu as (

    select * from {{ ref('int_mu_model_calls') }}

),

prompts as (

    select * from {{ ref('int_prompts') }}

),

projects as (

    select * from {{ ref('int_session_projects') }}

),

unioned as (

    select
        model_call_id,
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
        -- Anthropic's output counts include thinking; the logs do not tell how much of it.
        cast(null as bigint) as reasoning_tokens,
        cache_read_input_tokens as cache_read_tokens,
        {{ cache_write_5m(
            'cache_creation_input_tokens', 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'
        ) }} as cache_write_5m_tokens,
        {{ cache_write_1h(
            'cache_creation_input_tokens', 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'
        ) }} as cache_write_1h_tokens,
        {{ cache_tier_known(
            'cache_creation_input_tokens', 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'
        ) }} as cache_tier_known,
        web_search_requests,
        speed,
        service_tier,
        inference_geo,
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
        fleet,
        host,
        account,
        provider,
        session_id,
        task_id,
        cast(null as varchar) as agent_id,
        cast(null as varchar) as git_branch,
        cast(null as varchar) as client_version,
        model,
        cast(null as varchar) as message_id,
        cast(null as varchar) as request_id,
        called_at,
        case when input_tokens is not null then greatest(
            input_tokens
            - case when cache_read_in_input then coalesce(cache_read_input_tokens, 0) else 0 end
            - case when cache_creation_in_input then coalesce(cache_creation_input_tokens, 0) else 0 end,
            0
        ) end as input_tokens,
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
        cast(null as bigint) as web_search_requests,
        cast(null as varchar) as speed,
        cast(null as varchar) as service_tier,
        cast(null as varchar) as inference_geo,
        stop_reason,
        usage_source = 'task_telemetry'
        or (usage_source = 'model_call' and stop_reason is not null) as usage_is_final,
        usage_source,
        0 as copies

    from mu

),

-- A call belongs to the last prompt of its task before it; calls before the first prompt stand in turn 0.
timeline as (

    select
        model_call_id,
        task_id,
        called_at as happened_at,
        0 as is_prompt

    from unioned

    union all

    select
        prompt_id as model_call_id,
        task_id,
        prompted_at as happened_at,
        1 as is_prompt

    from prompts

),

turns as (

    select
        model_call_id,
        is_prompt,
        sum(is_prompt) over (
            partition by task_id
            order by
                happened_at asc nulls first,
                is_prompt desc,
                model_call_id asc
            rows between unbounded preceding and current row
        ) as turn_number

    from timeline

),

calls as (

    select
        unioned.model_call_id,
        unioned.fleet,
        unioned.host,
        unioned.account,
        unioned.provider,
        unioned.session_id,
        unioned.task_id,
        unioned.task_id || '#' || cast(turns.turn_number as bigint) as turn_id,
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
        unioned.web_search_requests,
        unioned.speed,
        unioned.service_tier,
        unioned.inference_geo,
        unioned.stop_reason,
        unioned.usage_is_final,
        unioned.usage_source,
        unioned.copies

    from unioned

    inner join turns
        on unioned.model_call_id = turns.model_call_id
        and turns.is_prompt = 0

    left join projects
        on unioned.session_id = projects.session_id

)

select * from calls
