-- Sub-agents by the day on which each began, and whether their results were used; by month before by_day_since,
-- where set.
select
    case
        when started_on < getvariable('by_day_since') then cast(date_trunc('month', started_on) as date)
        else started_on
    end as started_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    subagent_type,
    result_use,
    count(*) as delegation_count,
    cast(sum(tool_call_count) as bigint) as tool_call_count,
    cast(sum(unpriced_call_count) as bigint) as unpriced_call_count,
    sum(billed_cost_usd) as billed_cost_usd,
    sum(subscription_cost_usd) as subscription_cost_usd
from fct_delegations
where
    (getvariable('since') is null or started_on >= getvariable('since'))
    and (getvariable('until') is null or started_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
group by all
order by
    started_on,
    fleet,
    host,
    account,
    project,
    model,
    subagent_type,
    result_use
