with

metrics as (

    select * from {{ ref('quality_metrics') }}

),

facts as (

    select * from {{ ref('int_task_facts') }}

),

tasks as (

    select * from {{ ref('fct_tasks') }}

),

signals as (

    select * from {{ ref('fct_task_signals') }}

),

-- A metric names the facts that it is made of; mu's columns are null where mu has no such metric.
counted as (

    select
        facts.task_id,
        metrics.metric,
        metrics.unit,
        max(case when facts.fact = metrics.eligible then facts.amount end) as eligible_count,
        max(case when facts.fact = metrics.observed then facts.amount end) as observed_count,
        max(case when facts.fact = metrics.counted then facts.amount end) as counted_count,
        max(case when facts.fact = metrics.mu_observed then facts.amount end) as mu_observed_count,
        max(case when facts.fact = metrics.mu_counted then facts.amount end) as mu_counted_count

    from facts

    inner join metrics
        on facts.fact in (
            metrics.eligible, metrics.observed, metrics.counted, metrics.mu_observed, metrics.mu_counted
        )

    group by
        facts.task_id,
        metrics.metric,
        metrics.unit

),

placed as (

    select
        counted.task_id,
        counted.metric,
        counted.unit,
        tasks.session_id,
        tasks.fleet,
        tasks.host,
        tasks.account,
        tasks.project,
        signals.provider,
        signals.model,
        tasks.ended_at,
        counted.eligible_count,
        counted.observed_count,
        counted.counted_count,
        counted.mu_observed_count,
        counted.mu_counted_count

    from counted

    inner join tasks
        on counted.task_id = tasks.task_id

    inner join signals
        on counted.task_id = signals.task_id

)

select * from placed
