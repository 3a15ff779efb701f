with

events as (

    select * from {{ ref('int_mu_events') }}

),

telemetry as (

    select * from {{ ref('int_mu_task_telemetry') }}

),

messages as (

    select
        line_id as model_call_id,
        session_id,
        owning_task_id as task_id,
        fleet,
        host,
        account,
        provider,
        model,
        logged_at as called_at,
        stop_reason,
        case
            when input_tokens is null and output_tokens is null then 'none'
            else 'model_call'
        end as usage_source,
        input_tokens,
        output_tokens,
        cache_read_input_tokens,
        cache_creation_input_tokens,
        cache_creation_5m_input_tokens,
        cache_creation_1h_input_tokens,
        reasoning_tokens,
        cache_read_in_input,
        cache_creation_in_input,
        reasoning_in_output

    from events

    where event_kind = 'assistant_message_event'

),

observed_tasks as (

    select distinct task_id

    from messages

    where usage_source = 'model_call'

),

task_totals as (

    select
        telemetry.task_id || ':task_telemetry' as model_call_id,
        telemetry.session_id,
        telemetry.task_id,
        telemetry.fleet,
        telemetry.host,
        telemetry.account,
        telemetry.provider,
        telemetry.model,
        coalesce(telemetry.ended_at, telemetry.logged_at) as called_at,
        cast(null as string) as stop_reason,
        'task_telemetry' as usage_source,
        telemetry.input_tokens,
        telemetry.output_tokens,
        telemetry.cache_read_input_tokens,
        telemetry.cache_creation_input_tokens,
        telemetry.cache_creation_5m_input_tokens,
        telemetry.cache_creation_1h_input_tokens,
        cast(null as bigint) as reasoning_tokens,
        telemetry.cache_read_in_input,
        telemetry.cache_creation_in_input,
        true as reasoning_in_output

    from telemetry

    left join observed_tasks
        on telemetry.task_id = observed_tasks.task_id

    where
        observed_tasks.task_id is null
        and (telemetry.input_tokens is not null or telemetry.output_tokens is not null)

),

calls as (

    select * from messages

    union all

    select * from task_totals

)

select * from calls
