with

events as (

    select * from {{ ref('int_telemetry_events') }}

),

sources as (

    select * from {{ ref('telemetry_query_sources') }}

),

requests as (

    select
        event_id as telemetry_request_id,
        session_id,
        host,
        client_version,
        request_id,
        prompt_id,
        occurred_at as requested_at,
        model,
        query_source,
        agent_id,
        effort,
        nullif(speed, 'normal') as speed,
        input_tokens,
        output_tokens,
        coalesce(cache_read_tokens, 0) as cache_read_tokens,
        coalesce(cache_creation_5m_tokens, cache_creation_tokens - coalesce(cache_creation_1h_tokens, 0), 0)
            as cache_write_5m_tokens,
        coalesce(cache_creation_1h_tokens, 0) as cache_write_1h_tokens,
        cost_usd as client_cost_usd,
        duration_ms,
        ttft_ms

    from events

    where event_name = 'api_request'

    -- Versions that cut a body into several sent some events under another sequence again.
    qualify row_number() over (
        partition by coalesce(request_id, event_id)
        order by
            occurred_at asc,
            event_sequence asc,
            event_id asc
    ) = 1

),

kinds as (

    select
        requests.*,
        requests.input_tokens + requests.cache_read_tokens + requests.cache_write_5m_tokens
        + requests.cache_write_1h_tokens as tier_tokens,
        sources.query_kind

    from requests

    left join sources
        on requests.query_source like sources.query_source_pattern

    qualify row_number() over (
        partition by requests.telemetry_request_id
        order by sources.pattern_rank asc nulls last
    ) = 1

)

select * from kinds
