with

lines as (

    select
        model_call_id,
        host,
        account,
        provider,
        session_id,
        agent_id,
        thread_id,
        precedence,
        git_branch,
        version,
        message_id,
        response_request_id,
        logged_at,
        model,
        speed,
        service_tier,
        inference_geo,
        stop_reason,
        input_tokens,
        output_tokens,
        cache_read_input_tokens,
        cache_creation_input_tokens,
        ephemeral_5m_input_tokens,
        ephemeral_1h_input_tokens,
        web_search_requests,
        line_id

    from {{ ref('int_claude_code_lines') }}

    where model_call_id is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by model_call_id
            order by
                output_tokens desc nulls last,
                stop_reason asc nulls last,
                precedence asc,
                logged_at desc nulls last,
                line_id asc
        ) as usage_rank,
        row_number() over (
            partition by model_call_id
            order by
                precedence asc,
                logged_at asc nulls last,
                line_id asc
        ) as owner_rank

    from lines

),

calls as (

    select
        model_call_id,

        max(case when owner_rank = 1 then host end) as host,
        max(case when owner_rank = 1 then account end) as account,
        max(case when owner_rank = 1 then provider end) as provider,
        max(case when owner_rank = 1 then session_id end) as session_id,
        max(case when owner_rank = 1 then agent_id end) as agent_id,
        max(case when owner_rank = 1 then thread_id end) as thread_id,
        max(case when owner_rank = 1 then git_branch end) as git_branch,
        max(case when owner_rank = 1 then version end) as version,
        max(message_id) as message_id,
        max(response_request_id) as request_id,
        min(logged_at) as called_at,

        max(case when usage_rank = 1 then model end) as model,
        max(case when usage_rank = 1 then speed end) as speed,
        max(case when usage_rank = 1 then service_tier end) as service_tier,
        max(case when usage_rank = 1 then inference_geo end) as inference_geo,
        max(case when usage_rank = 1 then input_tokens end) as input_tokens,
        max(case when usage_rank = 1 then output_tokens end) as output_tokens,
        max(case when usage_rank = 1 then cache_read_input_tokens end) as cache_read_input_tokens,
        max(case when usage_rank = 1 then cache_creation_input_tokens end) as cache_creation_input_tokens,
        max(case when usage_rank = 1 then ephemeral_5m_input_tokens end) as ephemeral_5m_input_tokens,
        max(case when usage_rank = 1 then ephemeral_1h_input_tokens end) as ephemeral_1h_input_tokens,
        max(web_search_requests) as web_search_requests,

        max(stop_reason) as stop_reason,
        count(distinct precedence) - 1 as copies

    from ranked

    group by model_call_id

)

select * from calls
