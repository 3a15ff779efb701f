-- What tasks cost and yielded, by cost kind and each of $groupings, which are lists of keys; months in order, then the
-- costliest first. A month counts whole, whatever days the filters name.
with

filtered as (

    select * from fct_outcome_costs

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since is null or month_start >= date_trunc('month', cast($since as date)))
        and ($until is null or month_start <= date_trunc('month', cast($until as date)))

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then filtered.month_start end as month,
        case when list_contains(groupings.keys, 'fleet') then filtered.fleet end as fleet,
        case when list_contains(groupings.keys, 'host') then filtered.host end as host,
        case when list_contains(groupings.keys, 'account') then filtered.account end as account,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        -- sqruff takes what is left out for references.
        filtered.* exclude (month_start, fleet, host, account, project, model)  -- noqa: RF02

    from groupings

    cross join filtered

)

select
    keys,
    month,
    fleet,
    host,
    account,
    project,
    model,
    cost_kind,
    cast(sum(task_count) as bigint) as task_count,
    cast(sum(observed_task_count) as bigint) as observed_task_count,
    cast(sum(success_count) as bigint) as success_count,
    cast(sum(default_branch_commit_count) as bigint) as default_branch_commit_count,
    cast(sum(merged_pull_request_count) as bigint) as merged_pull_request_count,
    sum(cost_usd) as cost_usd,
    sum(success_cost_usd) as success_cost_usd,
    sum(failed_cost_usd) as failed_cost_usd,
    sum(reverted_cost_usd) as reverted_cost_usd,
    sum(neither_cost_usd) as neither_cost_usd,
    sum(unobserved_cost_usd) as unobserved_cost_usd

from keyed

group by all

order by
    cost_kind asc,
    month asc nulls last,
    cost_usd desc nulls last,
    fleet asc,
    host asc,
    account asc,
    project asc,
    model asc
