-- What came of work, by the day on which it ended: main tasks, with what their sub-agents cost; by month before
-- by_day_since, where that is set.
select
    case
        when ended_on < getvariable('by_day_since') then cast(date_trunc('month', ended_on) as date)
        else ended_on
    end as ended_on,
    fleet,
    host,
    account,
    provider,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    outcome_class,
    outcome_confidence,
    mu_outcome_class,
    outcome_result,
    cast(sum(task_count) as bigint) as task_count,
    cast(sum(default_branch_commit_count) as bigint) as default_branch_commit_count,
    cast(sum(merged_pull_request_count) as bigint) as merged_pull_request_count,
    sum(billed_cost_usd) as billed_cost_usd,
    sum(subscription_cost_usd) as subscription_cost_usd,
    sum(unknown_cost_usd) as unknown_cost_usd
from page_outcomes
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
order by
    ended_on,
    fleet,
    host,
    account,
    provider,
    project,
    model,
    outcome_class,
    outcome_confidence,
    mu_outcome_class
