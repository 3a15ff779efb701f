with

events as (

    select
        *,
        host || '/' || daemon_id || '/' || logged_session_id as session_id

    from {{ ref('stg_mu__events') }}

    -- The daemon's own log tells of workers; it is no session.
    where file_stem <> 'supervisor'

),

sources as (

    select * from {{ ref('stg_landing__sources') }}

),

usage_semantics as (

    select * from {{ ref('usage_semantics') }}

),

tombstones as (

    select distinct
        session_id,
        target_event_id

    from events

    where event_kind = 'tombstone'

),

-- A replaced or copied file repeats events; a tombstone voids one.
standing as (

    select
        events.line_id,
        row_number() over (
            partition by events.session_id, events.event_id, events.logged_at, events.event_kind
            order by
                events.account asc,
                events.source_path asc,
                events.generation asc,
                events.byte_offset asc
        ) as copy_number

    from events

    left join tombstones
        on events.session_id = tombstones.session_id
        and events.event_id = tombstones.target_event_id

    where tombstones.target_event_id is null

),

in_order as (

    select
        events.line_id,
        events.session_id,
        row_number() over (
            partition by events.session_id
            order by events.event_id asc nulls last, events.generation asc, events.byte_offset asc
        ) as event_position,
        sum(case when events.event_kind in ('session_created', 'provider_switched') then 1 else 0 end) over (
            partition by events.session_id
            order by events.event_id asc nulls last, events.generation asc, events.byte_offset asc
            rows between unbounded preceding and current row
        ) as switch_number,
        -- The telemetry that closes an ask belongs to it.
        sum(case when events.event_kind = 'task_telemetry' then 1 else 0 end) over (
            partition by events.session_id
            order by events.event_id asc nulls last, events.generation asc, events.byte_offset asc
            rows between unbounded preceding and current row
        ) - case when events.event_kind = 'task_telemetry' then 1 else 0 end as ask_number

    from events

    inner join standing
        on events.line_id = standing.line_id
        and standing.copy_number = 1

),

switches as (

    select
        in_order.session_id,
        in_order.switch_number,
        coalesce(events.new_provider_kind, events.provider_kind) as provider,
        coalesce(events.new_model, events.model) as model,
        coalesce(events.cache_read_in_input, usage_semantics.cache_read_in_input, true) as cache_read_in_input,
        coalesce(
            events.cache_creation_in_input, usage_semantics.cache_creation_in_input, true
        ) as cache_creation_in_input,
        coalesce(events.reasoning_in_output, usage_semantics.reasoning_in_output, true) as reasoning_in_output

    from in_order

    inner join events
        on in_order.line_id = events.line_id

    left join usage_semantics
        on coalesce(events.new_provider_kind, events.provider_kind) = usage_semantics.provider

    where events.event_kind in ('session_created', 'provider_switched')

),

asks as (

    select
        in_order.session_id,
        in_order.ask_number,
        max(events.task_id) as task_id

    from in_order

    inner join events
        on in_order.line_id = events.line_id

    where events.event_kind = 'task_telemetry'

    group by
        in_order.session_id,
        in_order.ask_number

),

with_tasks as (

    select
        events.line_id,
        events.session_id,
        coalesce(asks.task_id, events.session_id || ':open') as owning_task_id,
        in_order.event_position,
        events.event_id,
        events.event_kind,
        events.fleet,
        events.host,
        events.account,
        coalesce(sources.provider, events.landed_provider, switches.provider, 'unknown') as provider,
        switches.model,
        events.logged_at,
        events.landed_at,

        coalesce(switches.cache_read_in_input, true) as cache_read_in_input,
        coalesce(switches.cache_creation_in_input, true) as cache_creation_in_input,
        coalesce(switches.reasoning_in_output, true) as reasoning_in_output,

        events.host || '/' || events.daemon_id || '/' || events.parent_session_id as parent_session_id,
        events.user_text,
        events.assistant_text,
        events.stop_reason,
        events.input_tokens,
        events.output_tokens,
        events.cache_read_input_tokens,
        events.cache_creation_input_tokens,
        events.cache_creation_5m_input_tokens,
        events.cache_creation_1h_input_tokens,
        events.reasoning_tokens,

        events.tool_use_id,
        events.tool_name,
        events.tool_input,
        events.tool_file_path,
        events.tool_command,
        events.tool_url,
        events.result_text,
        events.is_error,

        events.task_id as telemetry_task_id,
        events.parent_task_id,
        events.exit_reason,
        events.started_at,
        events.ended_at,
        events.wall_clock_ms,
        events.prompt_tokens,
        events.completion_tokens,
        events.cache_read_tokens,
        events.cache_write_tokens,
        events.cache_write_5m_tokens,
        events.cache_write_1h_tokens,
        events.tools_actually_called_count,

        events.rating,
        events.note

    from events

    inner join in_order
        on events.line_id = in_order.line_id

    left join switches
        on in_order.session_id = switches.session_id
        and in_order.switch_number = switches.switch_number

    left join asks
        on in_order.session_id = asks.session_id
        and in_order.ask_number = asks.ask_number

    left join sources
        on events.host = sources.host
        and events.fleet = sources.fleet
        and events.account = sources.account

)

select * from with_tasks
