with

tasks as (

    select * from {{ ref('int_tasks') }}

),

telemetry as (

    select * from {{ ref('int_mu_task_telemetry') }}

),

task_models as (

    select * from {{ ref('int_task_models') }}

),

ask_counts as (

    select * from {{ ref('int_task_asks') }}

),

disruptions as (

    select * from {{ ref('int_disruptions') }}

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
        coalesce(telemetry.provider, task_models.provider) as provider,
        coalesce(telemetry.model, task_models.model) as model,
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

    left join task_models
        on tasks.task_id = task_models.task_id

    left join ask_counts
        on tasks.task_id = ask_counts.task_id

    left join disruption_counts
        on tasks.task_id = disruption_counts.task_id

)

select * from signals
