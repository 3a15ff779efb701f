with

events as (

    select * from {{ ref('stg_mu__events') }}

),

in_order as (

    select * from {{ ref('int_mu_event_order') }}

),

sources as (

    select * from {{ ref('stg_landing__sources') }}

),

-- What a path's counts include is told by the path, or more closely by the path and the model.
usage_semantics as (

    select * from {{ ref('usage_semantics') }}

),

switches as (

    select
        in_order.session_id,
        in_order.switch_number,
        coalesce(events.new_provider_kind, events.provider_kind) as provider,
        coalesce(events.new_model, events.model) as model,
        coalesce(
            events.cache_read_in_input, of_model.cache_read_in_input, of_path.cache_read_in_input, true
        ) as cache_read_in_input,
        coalesce(
            events.cache_creation_in_input, of_model.cache_creation_in_input, of_path.cache_creation_in_input, true
        ) as cache_creation_in_input,
        coalesce(
            events.reasoning_in_output, of_model.reasoning_in_output, of_path.reasoning_in_output, true
        ) as reasoning_in_output

    from in_order

    inner join events
        on in_order.line_id = events.line_id

    left join usage_semantics as of_path
        on coalesce(events.new_provider_kind, events.provider_kind) = of_path.provider
        and of_path.model_prefix is null

    left join usage_semantics as of_model
        on coalesce(events.new_provider_kind, events.provider_kind) = of_model.provider
        and starts_with(coalesce(events.new_model, events.model), of_model.model_prefix)

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
        in_order.session_id,
        coalesce(asks.task_id, in_order.session_id || ':open') as owning_task_id,
        in_order.event_position,
        events.event_id,
        events.event_kind,
        events.fleet,
        events.host,
        in_order.account,
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
        and in_order.account = sources.account

)

select * from with_tasks
