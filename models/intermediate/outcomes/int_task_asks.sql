{{ config(materialized='ephemeral') }}

with

model_calls as (

    select * from {{ ref('int_model_calls') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

degraded_stop_reasons as (

    select * from {{ ref('degraded_stop_reasons') }}

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

)

select * from ask_counts
