-- What the rates of a metric are made of, by each of $groupings, which are lists of keys: days, weeks, months in order,
-- then the largest groups first. A task counts on the day on which it ended.
with

filtered as (

    select
        *,
        timezone($timezone, timezone('UTC', ended_at)) as ended_at_local

    from fct_task_rates

    where
        metric = $metric
        and ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or ended_at >= $since_at)
        and ($until_at is null or ended_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'day') then cast(filtered.ended_at_local as date) end as day,
        case
            when list_contains(groupings.keys, 'week') then cast(date_trunc('week', filtered.ended_at_local) as date)
        end as week,
        case
            when list_contains(groupings.keys, 'month') then cast(date_trunc('month', filtered.ended_at_local) as date)
        end as month,
        case when list_contains(groupings.keys, 'fleet') then filtered.fleet end as fleet,
        case when list_contains(groupings.keys, 'host') then filtered.host end as host,
        case when list_contains(groupings.keys, 'account') then filtered.account end as account,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'provider') then filtered.provider end as provider,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        filtered.task_id,
        filtered.eligible_count,
        filtered.observed_count,
        filtered.counted_count,
        filtered.mu_observed_count,
        filtered.mu_counted_count

    from groupings

    left join filtered
        on true

)

select
    keys,
    day,
    week,
    month,
    fleet,
    host,
    account,
    project,
    provider,
    model,
    count(task_id) as tasks,
    count(*) filter (where observed_count > 0) as observed_tasks,
    cast(coalesce(sum(eligible_count), 0) as bigint) as eligible,
    cast(coalesce(sum(observed_count), 0) as bigint) as denominator,
    cast(coalesce(sum(counted_count), 0) as bigint) as numerator,
    cast(sum(mu_observed_count) as bigint) as mu_denominator,
    cast(sum(mu_counted_count) as bigint) as mu_numerator

from keyed

group by all

having count(task_id) > 0 or len(keys) = 0

order by
    day asc nulls last,
    week asc nulls last,
    month asc nulls last,
    denominator desc,
    tasks desc,
    fleet asc,
    host asc,
    account asc,
    project asc,
    provider asc,
    model asc
