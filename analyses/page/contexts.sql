-- How full contexts were and how they changed from call to call, by day; by month before by_day_since, where set.
select
    case
        when called_on < getvariable('by_day_since') then cast(date_trunc('month', called_on) as date)
        else called_on
    end as called_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    step_kind,
    fullness,
    count(*) as model_call_count,
    cast(max(context_tokens) as bigint) as largest_context_tokens,
    cast(sum(context_tokens) as bigint) as context_tokens
from fct_context_steps
where
    (getvariable('since') is null or called_on >= getvariable('since'))
    and (getvariable('until') is null or called_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
group by all
order by
    called_on,
    fleet,
    host,
    account,
    project,
    model,
    step_kind,
    fullness
