-- How full contexts were, by each of $groupings, which are lists of keys.
with

filtered as (

    select * from fct_context_steps

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.called_on) end as month,
        case when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.called_on) end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        filtered.model_call_id,
        filtered.session_id,
        filtered.context_tokens,
        filtered.step_kind,
        filtered.window_tokens,
        filtered.fullness

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
    count(model_call_id) as calls,
    count(distinct session_id) as sessions,
    max(context_tokens) as largest_context_tokens,
    cast(median(context_tokens) as bigint) as median_context_tokens,
    count(window_tokens) as windowed_calls,
    count(*) filter (where fullness in ('high', 'full')) as high_calls,
    count(*) filter (where fullness = 'full') as full_calls,
    count(*) filter (where step_kind = 'drop') as drops

from keyed

group by all

having count(model_call_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    calls desc nulls last,
    project asc,
    model asc
