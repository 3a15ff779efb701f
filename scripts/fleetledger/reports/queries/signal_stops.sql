-- How responses ended, by each of $groupings.
with

filtered as (

    select * from fct_stop_reasons

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or first_called_at >= $since_at)
        and ($until_at is null or first_called_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case
            when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.first_called_on)
        end as month,
        case
            when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.first_called_on)
        end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        case when list_contains(groupings.keys, 'client_version') then filtered.client_version end as client_version,
        filtered.model_call_count,
        filtered.is_degraded

    from groupings

    left join filtered
        on true

)

select
    keys,
    month,
    week,
    project,
    model,
    client_version,
    coalesce(cast(sum(model_call_count) as bigint), 0) as calls,
    coalesce(cast(sum(model_call_count) filter (where is_degraded is not null) as bigint), 0) as ended_calls,
    coalesce(cast(sum(model_call_count) filter (where is_degraded) as bigint), 0) as degraded_calls

from keyed

group by all

having count(model_call_count) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    calls desc nulls last,
    project asc,
    model asc,
    client_version asc
