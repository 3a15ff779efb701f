with

events as (

    select * from {{ ref('int_telemetry_events') }}

),

sources as (

    select * from {{ ref('telemetry_query_sources') }}

),

-- The event of a response comes at once after that of its request.
exchanges as (

    select
        *,
        case
            when
                lead(event_name) over in_order = 'assistant_response'
                and lead(occurred_at) over in_order < occurred_at + interval 1 second
                then lead(message_uuid) over in_order
        end as response_uuid

    from events

    where event_name in ('api_request', 'assistant_response')

    window in_order as (
        partition by session_id, model, query_source, agent_id
        order by
            event_sequence asc,
            event_id asc
    )

),

requests as (

    select
        event_id as telemetry_request_id,
        session_id,
        host,
        client_version,
        request_id,
        prompt_id,
        response_uuid as message_uuid,
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

    from exchanges

    where event_name = 'api_request'

    -- Versions that cut a body into several sent some events under another sequence again. An id alone tells no
    -- request: behind some gateways it is the same on all.
    qualify row_number() over (
        partition by
            coalesce(request_id, event_id), session_id, model, input_tokens, output_tokens, cache_read_tokens, cost_usd
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
