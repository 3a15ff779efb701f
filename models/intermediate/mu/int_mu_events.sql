with

events as (

    select * from {{ ref('stg_mu__events') }}

),

usage_semantics as (

    select * from {{ ref('usage_semantics') }}

),

-- The daemon's own log tells of workers; it is no session.
session_events as (

    select
        *,
        host || '/' || daemon_id || '/' || logged_session_id as session_id,
        row_number() over (
            partition by host, daemon_id, logged_session_id, event_id, logged_at, event_kind
            order by
                account asc,
                source_path asc,
                generation asc,
                byte_offset asc
        ) as copy_number

    from events

    where file_stem <> 'supervisor'

),

tombstones as (

    select distinct
        session_id,
        target_event_id

    from session_events

    where event_kind = 'tombstone'

),

standing as (

    select
        session_events.*,
        row_number() over (
            partition by session_events.session_id
            order by
                session_events.event_id asc nulls last,
                session_events.generation asc,
                session_events.byte_offset asc
        ) as event_position

    from session_events

    left join tombstones
        on
            session_events.session_id = tombstones.session_id
            and session_events.event_id = tombstones.target_event_id

    where
        session_events.copy_number = 1
        and tombstones.target_event_id is null

),

switches as (

    select
        standing.*,
        case
            when standing.event_kind = 'session_created' then standing.provider_kind
            when standing.event_kind = 'provider_switched' then standing.new_provider_kind
        end as switched_provider,
        case
            when standing.event_kind = 'session_created' then standing.model
            when standing.event_kind = 'provider_switched' then standing.new_model
        end as switched_model

    from standing

),

resolved_semantics as (

    select
        switches.*,
        case when switches.switched_provider is not null then
            coalesce(switches.cache_read_in_input, usage_semantics.cache_read_in_input, true)
        end as switched_cache_read_in_input,
        case when switches.switched_provider is not null then
            coalesce(switches.cache_creation_in_input, usage_semantics.cache_creation_in_input, true)
        end as switched_cache_creation_in_input,
        case when switches.switched_provider is not null then
            coalesce(switches.reasoning_in_output, usage_semantics.reasoning_in_output, true)
        end as switched_reasoning_in_output

    from switches

    left join usage_semantics
        on switches.switched_provider = usage_semantics.provider

),

in_force as (

    select
        *,
        last_value(switched_provider ignore nulls) over (
            partition by session_id order by event_position asc rows between unbounded preceding and current row
        ) as provider_in_force,
        last_value(switched_model ignore nulls) over (
            partition by session_id order by event_position asc rows between unbounded preceding and current row
        ) as model_in_force,
        last_value(switched_cache_read_in_input ignore nulls) over (
            partition by session_id order by event_position asc rows between unbounded preceding and current row
        ) as cache_read_in_input_in_force,
        last_value(switched_cache_creation_in_input ignore nulls) over (
            partition by session_id order by event_position asc rows between unbounded preceding and current row
        ) as cache_creation_in_input_in_force,
        last_value(switched_reasoning_in_output ignore nulls) over (
            partition by session_id order by event_position asc rows between unbounded preceding and current row
        ) as reasoning_in_output_in_force,
        coalesce(
            sum(case when event_kind = 'task_telemetry' then 1 else 0 end) over (
                partition by session_id order by event_position asc rows between unbounded preceding and 1 preceding
            ), 0
        ) as ask_number

    from resolved_semantics

),

with_tasks as (

    select
        line_id,
        session_id,
        coalesce(
            max(task_id) over (partition by session_id, ask_number),
            session_id || ':open'
        ) as owning_task_id,
        ask_number,
        event_position,
        event_id,
        event_kind,
        fleet,
        host,
        account,
        coalesce(configured_provider, provider_in_force, 'unknown') as provider,
        model_in_force as model,
        logged_at,

        coalesce(cache_read_in_input_in_force, true) as cache_read_in_input,
        coalesce(cache_creation_in_input_in_force, true) as cache_creation_in_input,
        coalesce(reasoning_in_output_in_force, true) as reasoning_in_output,

        host || '/' || daemon_id || '/' || parent_session_id as parent_session_id,
        user_text,
        stop_reason,
        message_content,
        input_tokens,
        output_tokens,
        cache_read_input_tokens,
        cache_creation_input_tokens,
        cache_creation_5m_input_tokens,
        cache_creation_1h_input_tokens,
        reasoning_tokens,

        tool_use_id,
        tool_name,
        tool_file_path,
        is_error,

        task_id as telemetry_task_id,
        parent_task_id,
        exit_reason,
        started_at,
        ended_at,
        wall_clock_ms,
        prompt_tokens,
        completion_tokens,
        cache_read_tokens,
        cache_write_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        tools_actually_called_count

    from in_force

)

select * from with_tasks
