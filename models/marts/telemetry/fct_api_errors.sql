with

events as (

    select * from {{ ref('int_telemetry_events') }}

),

errors as (

    select
        event_id as error_id,
        host,
        nullif(session_id, '') as session_id,
        agent_id,
        prompt_id,
        request_id,
        client_version,
        model,
        query_source,
        event_name as error_kind,
        status_code,
        attempt,
        duration_ms,
        occurred_at as failed_at,
        {{ reporting_date('occurred_at') }} as failed_on

    from events

    where event_name in ('api_error', 'api_refusal', 'api_retries_exhausted')

)

select * from errors
