with

tasks as (

    select * from {{ ref('int_tasks') }}

),

model_calls as (

    select * from {{ ref('int_model_calls') }}

),

telemetry as (

    select * from {{ ref('int_mu_task_telemetry') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

disruptions as (

    select * from {{ ref('int_disruptions') }}

),

degraded_stop_reasons as (

    select * from {{ ref('degraded_stop_reasons') }}

),

-- What a task ran on: of several models the one that wrote the most.
model_sums as (

    select
        task_id,
        provider,
        model,
        coalesce(sum(output_tokens), 0) as output_tokens,
        max(called_at) as last_called_at

    from model_calls

    group by
        task_id,
        provider,
        model

),

ranked_models as (

    select
        *,
        row_number() over (
            partition by task_id
            order by
                output_tokens desc,
                last_called_at desc nulls last,
                provider asc,
                model asc
        ) as model_rank

    from model_sums

),

-- mu logs how an ask ended; in Claude Code it ends as the last response of its turn does.
turn_ends as (

    select
        task_id,
        stop_reason,
        row_number() over (
            partition by turn_id
            order by
                called_at desc nulls last,
                model_call_id desc
        ) as recency

    from model_calls

    where
        fleet = 'claude_code'
        and turn_id is not null

),

asks as (

    select
        task_id,
        stop_reason

    from turn_ends

    where
        recency = 1
        and stop_reason is not null

    union all

    select
        owning_task_id as task_id,
        stop_reason

    from mu_events

    where event_kind = 'done'

),

ask_counts as (

    select
        asks.task_id,
        count(*) as ask_count,
        count(degraded_stop_reasons.stop_reason) as degraded_ask_count,
        count(case when degraded_stop_reasons.is_of_mu then 1 end) as mu_degraded_ask_count

    from asks

    left join degraded_stop_reasons
        on asks.stop_reason = degraded_stop_reasons.stop_reason

    group by asks.task_id

),

disruption_counts as (

    select
        task_id,
        count(case when disruption = 'interrupt' then 1 end) as interrupt_count,
        count(case when disruption = 'denial' then 1 end) as denial_count,
        count(case when disruption = 'api_error' then 1 end) as api_error_count

    from disruptions

    group by task_id

),

signals as (

    select
        tasks.task_id,
        tasks.fleet,
        tasks.host,
        tasks.account,
        coalesce(telemetry.provider, ranked_models.provider) as provider,
        coalesce(telemetry.model, ranked_models.model) as model,
        coalesce(ask_counts.ask_count, 0) as ask_count,
        coalesce(ask_counts.degraded_ask_count, 0) as degraded_ask_count,
        coalesce(ask_counts.mu_degraded_ask_count, 0) as mu_degraded_ask_count,
        coalesce(disruption_counts.interrupt_count, 0) as interrupt_count,
        -- mu asks nobody for leave.
        case when tasks.fleet = 'claude_code' then coalesce(disruption_counts.denial_count, 0) end as denial_count,
        coalesce(disruption_counts.api_error_count, 0) as api_error_count

    from tasks

    left join telemetry
        on tasks.task_id = telemetry.task_id

    left join ranked_models
        on tasks.task_id = ranked_models.task_id
        and ranked_models.model_rank = 1

    left join ask_counts
        on tasks.task_id = ask_counts.task_id

    left join disruption_counts
        on tasks.task_id = disruption_counts.task_id

)

select * from signals
