with

events as (

    select * from {{ ref('int_mu_events') }}

),

telemetry as (

    select
        *,
        row_number() over (
            partition by telemetry_task_id
            order by
                ended_at desc nulls last,
                logged_at desc nulls last,
                session_id asc,
                event_position desc
        ) as recency

    from events

    where
        event_kind = 'task_telemetry'
        and telemetry_task_id is not null

),

latest as (

    select
        line_id,
        telemetry_task_id as task_id,
        session_id,
        fleet,
        host,
        account,
        provider,
        model,
        parent_task_id,
        exit_reason,
        started_at,
        ended_at,
        wall_clock_ms,
        logged_at,
        prompt_tokens as input_tokens,
        completion_tokens as output_tokens,
        cache_read_tokens as cache_read_input_tokens,
        cache_write_tokens as cache_creation_input_tokens,
        cache_write_5m_tokens as cache_creation_5m_input_tokens,
        cache_write_1h_tokens as cache_creation_1h_input_tokens,
        cache_read_in_input,
        cache_creation_in_input,
        tools_actually_called_count

    from telemetry

    where recency = 1

)

select * from latest
