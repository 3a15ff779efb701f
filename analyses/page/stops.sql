-- How responses ended, by the day of a session's first that ended so; a degraded one broke off, was refused
-- or cut; by month before by_day_since, where set.
select
    case
        when first_called_on < getvariable('by_day_since') then cast(date_trunc('month', first_called_on) as date)
        else first_called_on
    end as first_called_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    stop_reason,
    is_degraded,
    cast(sum(model_call_count) as bigint) as model_call_count
from fct_stop_reasons
where
    (getvariable('since') is null or first_called_on >= getvariable('since'))
    and (getvariable('until') is null or first_called_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
group by all
order by
    first_called_on,
    fleet,
    host,
    account,
    project,
    model,
    stop_reason
