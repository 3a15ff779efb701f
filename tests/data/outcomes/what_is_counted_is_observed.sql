-- Each metric has a row for each task; what it counts is observed, and what is observed is eligible.
select
    tasks.task_id,
    metrics.metric,
    rates.eligible_count,
    rates.observed_count,
    rates.counted_count

from {{ ref('fct_tasks') }} as tasks

cross join {{ ref('quality_metrics') }} as metrics

left join {{ ref('fct_task_rates') }} as rates
    on tasks.task_id = rates.task_id
    and metrics.metric = rates.metric

where
    rates.eligible_count is null
    or rates.observed_count is null
    or rates.counted_count is null
    or rates.observed_count > rates.eligible_count
    or rates.counted_count > rates.observed_count
    or (metrics.mu_observed is not null and coalesce(rates.mu_counted_count > rates.mu_observed_count, true))
