with

beginning as (

    select * from {{ ref('int_telemetry_beginning') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

-- What is billed besides a response (an advisor's part) is part of its request. Calls from before the first telemetry
-- say nothing about it.
parts as (

    select
        model_calls.*,
        case
            when model_calls.iteration_type is null then model_calls.model_call_id
            else {{ replace_regex('model_calls.model_call_id', "':[0-9]+$'", "''") }}
        end as call_key,
        coalesce(model_calls.logged_output_tokens, model_calls.output_tokens) as transcript_output_tokens,
        coalesce(model_calls.logged_cost_usd, model_calls.cost_usd) as transcript_cost_usd

    from model_calls

    inner join beginning
        on model_calls.called_at >= beginning.first_requested_at - interval 1 hour

    where
        model_calls.fleet = 'claude_code'
        and model_calls.usage_source in ('model_call', 'telemetry')

),

calls as (

    select
        call_key,
        min(request_id) as request_id,
        min(session_id) as session_id,
        min(host) as host,
        min(model) as model,
        min(called_at) as called_at,
        min(client_version) as client_version,
        min(cost_kind) as cost_kind,
        min(stop_reason) as stop_reason,
        min(rate_caveats) as rate_caveats,
        bool_and(usage_is_final) as usage_is_final,
        sum(input_tokens) as input_tokens,
        sum(transcript_output_tokens) as output_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(case when usage_source = 'telemetry' then output_tokens end) as corrected_output_tokens,
        sum(web_search_cost_usd) as web_search_cost_usd,
        sum(transcript_cost_usd) as cost_usd

    from parts

    group by call_key

)

select * from calls
