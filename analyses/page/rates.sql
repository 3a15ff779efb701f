-- Rates of quality by week, with what they are of: counted of observed, of what could be observed.
select
    cast(date_trunc('week', ended_at) as date) as week_started_on,
    metric,
    unit,
    fleet,
    host,
    account,
    provider,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    cast(sum(eligible_count) as bigint) as eligible_count,
    cast(sum(observed_count) as bigint) as observed_count,
    cast(sum(counted_count) as bigint) as counted_count,
    cast(sum(mu_observed_count) as bigint) as mu_observed_count,
    cast(sum(mu_counted_count) as bigint) as mu_counted_count
from fct_task_rates
where
    (getvariable('since') is null or cast(ended_at as date) >= getvariable('since'))
    and (getvariable('until') is null or cast(ended_at as date) <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('provider') is null or provider = getvariable('provider'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
group by all
order by
    week_started_on,
    metric,
    fleet,
    host,
    account,
    provider,
    project,
    model
