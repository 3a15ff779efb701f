-- What became of caches between calls, what writing again cost, and whether a life of an hour had paid, by each of
-- $groupings, which are lists of keys.
with

filtered as (

    select * from fct_cache_economics

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
        filtered.cache_outcome,
        filtered.is_near_miss,
        filtered.rewritten_tokens,
        filtered.cost_kind,
        filtered.rewrite_cost_usd,
        filtered.long_life_saved_usd,
        filtered.long_life_extra_usd

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
    count(model_call_id) as gaps,
    count(*) filter (where cache_outcome <> 'kept') as lost_gaps,
    count(*) filter (where cache_outcome = 'expired') as expired_gaps,
    count(*) filter (where is_near_miss) as near_misses,
    cast(sum(rewritten_tokens) filter (where cache_outcome <> 'kept') as bigint) as rewritten_tokens,
    count(*) filter (where cost_kind = 'billed') as billed_gaps,
    sum(rewrite_cost_usd) filter (where cost_kind = 'billed') as billed_rewrite_cost_usd,
    sum(long_life_saved_usd - long_life_extra_usd) filter (where cost_kind = 'billed') as billed_long_life_usd,
    count(*) filter (where cost_kind = 'subscription') as subscription_gaps,
    sum(rewrite_cost_usd) filter (where cost_kind = 'subscription') as subscription_rewrite_cost_usd,
    sum(long_life_saved_usd - long_life_extra_usd) filter (
        where cost_kind = 'subscription'
    ) as subscription_long_life_usd,
    count(*) filter (where cost_kind = 'unknown') as unknown_gaps,
    sum(rewrite_cost_usd) filter (where cost_kind = 'unknown') as unknown_rewrite_cost_usd,
    sum(long_life_saved_usd - long_life_extra_usd) filter (where cost_kind = 'unknown') as unknown_long_life_usd

from keyed

group by all

having count(model_call_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    rewritten_tokens desc nulls last,
    project asc,
    model asc
