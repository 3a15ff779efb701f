-- Model calls by day and hour of the reporting time zone; before by_day_since, where set, all Mondays of a month
-- stand on its first, and so on.
select
    case
        when called_on < getvariable('by_day_since')
            then cast(date_trunc('month', called_on) as date) + cast((extract(day from called_on) - 1) % 7 as integer)
        else called_on
    end as called_on,
    hour_of_day,
    fleet,
    host,
    account,
    provider,
    cost_kind,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    cast(sum(model_call_count) as bigint) as model_call_count,
    cast(sum(output_tokens) as bigint) as output_tokens,
    sum(cost_usd) as cost_usd
from page_hours
where
    (getvariable('since') is null or called_on >= getvariable('since'))
    and (getvariable('until') is null or called_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('provider') is null or provider = getvariable('provider'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
    and (getvariable('kind') is null or cost_kind = getvariable('kind'))
group by all
order by
    called_on,
    hour_of_day,
    fleet,
    host,
    account,
    provider,
    cost_kind,
    project,
    model
