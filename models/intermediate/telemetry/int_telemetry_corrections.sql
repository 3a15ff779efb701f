with

calls as (

    select * from {{ ref('int_model_calls') }}

),

requests as (

    select * from {{ ref('int_telemetry_requests') }}

),

rate_requests as (

    select * from {{ ref('int_rate_requests') }}

),

request_rates as (

    select * from {{ ref('int_request_rates') }}

),

-- A response with parts (an advisor's) is left as it is: the client's cost is that of all of them.
requests_with_parts as (

    select distinct request_id

    from calls

    where
        iteration_type is not null
        and request_id is not null

),

-- A stream that was cut has a count of output from its beginning; the client books an estimate of what came.
cut_calls as (

    select *

    from calls

    where
        fleet = 'claude_code'
        and usage_source = 'model_call'
        and not usage_is_final
        and request_id is not null
        and request_id not in (select requests_with_parts.request_id from requests_with_parts)

),

paired as (

    select
        calls.model_call_id,
        calls.output_tokens as logged_output_tokens,
        requests.output_tokens,
        requests.client_cost_usd,
        rates.output_usd_per_mtok,
        {{ usd('calls.input_tokens', 'rates.input_usd_per_mtok') }}
        + {{ usd('coalesce(calls.cache_read_tokens, 0)', 'rates.cache_read_usd_per_mtok') }}
        + {{ usd('coalesce(calls.cache_write_5m_tokens, 0)', 'rates.cache_write_5m_usd_per_mtok') }}
        + {{ usd('coalesce(calls.cache_write_1h_tokens, 0)', 'rates.cache_write_1h_usd_per_mtok') }} as input_cost_usd

    from cut_calls as calls

    inner join requests
        on calls.request_id = requests.request_id
        and calls.session_id = requests.session_id
        and calls.model = requests.model
        and calls.input_tokens = requests.input_tokens
        and calls.cache_read_tokens = requests.cache_read_tokens

    left join rate_requests
        on calls.provider is not distinct from rate_requests.provider
        and calls.model = rate_requests.model
        and calls.speed is not distinct from rate_requests.speed
        and calls.service_tier is not distinct from rate_requests.service_tier
        and calls.inference_geo is not distinct from rate_requests.inference_geo

    left join request_rates as rates
        on rate_requests.rate_request_id = rates.rate_request_id
        and cast(calls.called_at as date) >= rates.valid_from
        and cast(calls.called_at as date) < rates.valid_to
        and requests.tier_tokens > rates.tier_start
        and requests.tier_tokens <= rates.tier_end

    qualify count(*) over (
        partition by calls.model_call_id
    ) = 1

),

-- The event counts the output as the transcript does, and the estimate stands in its cost alone.
estimated as (

    select
        *,
        cast(client_cost_usd - input_cost_usd as double) * 1000000 / nullif(cast(output_usd_per_mtok as double), 0)
            as estimated_output_tokens

    from paired

),

-- Where that is no whole number, the client prices otherwise than we do, and its cost tells no count.
told as (

    select
        model_call_id,
        logged_output_tokens,
        greatest(
            output_tokens,
            case
                when abs(estimated_output_tokens - round(estimated_output_tokens)) < 0.01
                    then round(estimated_output_tokens)
            end
        ) as output_tokens

    from estimated

),

corrections as (

    select
        model_call_id,
        cast(output_tokens as bigint) as output_tokens

    from told

    where output_tokens > logged_output_tokens

)

select * from corrections
