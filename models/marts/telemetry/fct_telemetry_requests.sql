with

requests as (

    select * from {{ ref('int_telemetry_requests') }}

),

matches as (

    select * from {{ ref('int_telemetry_matches') }}

),

strays as (

    select * from {{ ref('int_telemetry_strays') }}

),

cost_kinds as (

    select * from {{ ref('int_telemetry_cost_kinds') }}

),

logged_rate_requests as (

    select * from {{ ref('int_rate_requests') }}

),

possible_rate_requests as (

    select * from {{ ref('int_possible_requests') }}

),

request_rates as (

    select * from {{ ref('int_request_rates') }}

),

-- The prices that a model has on a serving path, asked for in nothing but its speed.
rate_requests as (

    select
        rate_request_id,
        provider,
        model,
        asked_speed,
        asked_service_tier,
        asked_inference_geo

    from logged_rate_requests

    union all

    select
        rate_request_id,
        provider,
        model,
        asked_speed,
        asked_service_tier,
        asked_inference_geo

    from possible_rate_requests

),

one_rate_request as (

    select
        provider,
        model,
        asked_speed,
        max(rate_request_id) as rate_request_id

    from rate_requests

    where
        asked_service_tier is null
        and asked_inference_geo is null

    group by
        provider,
        model,
        asked_speed

),

priced as (

    select
        requests.*,
        cost_kinds.provider,
        cost_kinds.cost_kind,
        matches.call_key is null
        and requests.telemetry_request_id not in (select strays.telemetry_request_id from strays) as is_hidden,
        rates.rate_id,
        {{ usd('requests.input_tokens', 'rates.input_usd_per_mtok') }}
        + {{ usd('requests.output_tokens', 'rates.output_usd_per_mtok') }}
        + {{ usd('requests.cache_read_tokens', 'rates.cache_read_usd_per_mtok') }}
        + {{ usd('requests.cache_write_5m_tokens', 'rates.cache_write_5m_usd_per_mtok') }}
        + {{ usd('requests.cache_write_1h_tokens', 'rates.cache_write_1h_usd_per_mtok') }} as cost_usd

    from requests

    inner join cost_kinds
        on requests.telemetry_request_id = cost_kinds.telemetry_request_id

    left join matches
        on requests.telemetry_request_id = matches.telemetry_request_id

    left join one_rate_request
        on cost_kinds.provider = one_rate_request.provider
        and requests.model = one_rate_request.model
        and requests.speed is not distinct from one_rate_request.asked_speed

    left join request_rates as rates
        on one_rate_request.rate_request_id = rates.rate_request_id
        and cast(requests.requested_at as date) >= rates.valid_from
        and cast(requests.requested_at as date) < rates.valid_to
        and requests.tier_tokens > rates.tier_start
        and requests.tier_tokens <= rates.tier_end

),

final as (

    select
        telemetry_request_id,
        host,
        provider,
        nullif(session_id, '') as session_id,
        agent_id,
        prompt_id,
        request_id,
        client_version,
        model,
        query_source,
        query_kind,
        effort,
        speed,
        requested_at,
        {{ reporting_date('requested_at') }} as requested_on,
        is_hidden,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        duration_ms,
        ttft_ms,
        cost_kind,
        client_cost_usd,
        cast(cost_usd as {{ usd_type() }}) as cost_usd,
        rate_id

    from priced

)

select * from final
