with

events as (

    select * from {{ ref('int_telemetry_events') }}

),

results as (

    select
        session_id,
        tool_use_id,
        is_success,
        error_type,
        duration_ms

    from events

    where event_name = 'tool_result'

    qualify row_number() over (
        partition by session_id, tool_use_id
        order by
            occurred_at asc,
            event_id asc
    ) = 1

),

decisions as (

    select
        events.event_id as decision_id,
        events.host,
        nullif(events.session_id, '') as session_id,
        events.agent_id,
        events.prompt_id,
        events.request_id,
        events.tool_use_id,
        events.client_version,
        events.tool_name,
        events.decision,
        events.decision_source,
        events.permission_mode,
        events.occurred_at as decided_at,
        {{ reporting_date('events.occurred_at') }} as decided_on,
        results.is_success,
        results.error_type,
        results.duration_ms

    from events

    left join results
        on events.session_id = results.session_id
        and events.tool_use_id = results.tool_use_id

    where events.event_name = 'tool_decision'

)

select * from decisions
