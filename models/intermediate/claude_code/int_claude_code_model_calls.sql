with

keyed as (

    select * from {{ ref('int_claude_code_call_lines') }}

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
                host asc,
                account asc,
                source_path asc,
                generation asc,
                byte_offset asc
        ) as usage_rank,
        row_number() over (
            partition by model_call_id
            order by
                precedence asc,
                logged_at asc nulls last,
                host asc,
                account asc,
                source_path asc,
                generation asc,
                byte_offset asc
        ) as owner_rank

    from keyed

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
        max(logged_at) as last_logged_at,

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
        count(distinct thread_id) - 1 as copies

    from ranked

    group by model_call_id

)

select * from calls
