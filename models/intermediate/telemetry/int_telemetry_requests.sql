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

ids_of_several as (

    select request_id

    from exchanges

    where event_name = 'api_request'

    group by request_id

    having count(*) > 1

),

-- Versions that cut a body into several sent some events under another sequence again. An id alone tells no request:
-- behind some gateways it is the same on all.
resent as (

    select exchanges.event_id

    from exchanges

    inner join ids_of_several
        on exchanges.request_id = ids_of_several.request_id

    where exchanges.event_name = 'api_request'

    qualify row_number() over (
        partition by
            exchanges.request_id,
            exchanges.session_id,
            exchanges.model,
            exchanges.input_tokens,
            exchanges.output_tokens,
            exchanges.cache_read_tokens,
            exchanges.cost_usd
        order by
            exchanges.occurred_at asc,
            exchanges.event_sequence asc,
            exchanges.event_id asc
    ) > 1

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

    where
        event_name = 'api_request'
        and event_id not in (select resent.event_id from resent)

),

source_names as (

    select distinct query_source

    from requests

),

-- The first pattern that fits tells.
kinds as (

    select
        source_names.query_source,
        min_by(sources.query_kind, sources.pattern_rank) as query_kind

    from source_names

    inner join sources
        on source_names.query_source like sources.query_source_pattern

    group by source_names.query_source

),

final as (

    select
        requests.*,
        requests.input_tokens + requests.cache_read_tokens + requests.cache_write_5m_tokens
        + requests.cache_write_1h_tokens as tier_tokens,
        kinds.query_kind

    from requests

    left join kinds
        on requests.query_source = kinds.query_source

)

select * from final
