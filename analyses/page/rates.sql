-- Rates of quality by the day on which tasks ended, with what they are of: counted of observed, of what could be
-- observed; by week before by_day_since, where set.
with

rates as (

    select
        task_rates.*,
        cast(
            case
                when build_info.reporting_timezone = 'UTC' then task_rates.ended_at
                else timezone(build_info.reporting_timezone, timezone('UTC', task_rates.ended_at))
            end as date
        ) as ended_on
    from fct_task_rates as task_rates
    cross join build_info

)

select
    case
        when ended_on < getvariable('by_day_since') then cast(date_trunc('week', ended_on) as date)
        else ended_on
    end as ended_on,
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
from rates
where
    (getvariable('since') is null or ended_on >= getvariable('since'))
    and (getvariable('until') is null or ended_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('provider') is null or provider = getvariable('provider'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
group by all
having coalesce(sum(eligible_count), 0) + coalesce(sum(mu_observed_count), 0) > 0
order by
    ended_on,
    metric,
    fleet,
    host,
    account,
    provider,
    project,
    model
