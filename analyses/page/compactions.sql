-- How contexts were compacted, what that relieved and cost, by day; by month before by_day_since, where set. Tokens are
-- of those whose size is known before and after; costs of those that logged the calls that wrote the summary.
select
    case
        when compacted_on < getvariable('by_day_since') then cast(date_trunc('month', compacted_on) as date)
        else compacted_on
    end as compacted_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    compaction_trigger,
    count(*) as compaction_count,
    count(is_mid_task) as followed_count,
    count(*) filter (where is_mid_task) as mid_task_count,
    count(relief_share) as sized_count,
    cast(sum(tokens_before) filter (where relief_share is not null) as bigint) as tokens_before,
    cast(sum(tokens_after) filter (where relief_share is not null) as bigint) as tokens_after,
    cast(sum(reread_file_count) as bigint) as reread_file_count,
    count(cost_usd) as costed_count,
    sum(cost_usd) filter (where cost_kind = 'billed') as billed_cost_usd,
    sum(cost_usd) filter (where cost_kind = 'subscription') as subscription_cost_usd
from fct_compactions
where
    (getvariable('since') is null or compacted_on >= getvariable('since'))
    and (getvariable('until') is null or compacted_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
group by all
order by
    compacted_on,
    fleet,
    host,
    account,
    project,
    compaction_trigger
