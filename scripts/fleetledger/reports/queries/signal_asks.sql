-- What prompts cost with all that followed them, by each of $groupings.
with

models as (

    select session_id from fct_model_calls

    where
        $model is not null
        and contains(lower(model), lower($model))

),

session_models as (

    select
        session_id,
        max_by(model, row(called_at, model_call_id)) filter (where called_at is not null) as model

    from fct_model_calls

    where list_contains(flatten(cast($groupings as varchar[][])), 'model')

    group by session_id

),

filtered as (

    select
        fct_asks.*,
        session_models.model

    from fct_asks

    left join session_models
        on fct_asks.session_id = session_models.session_id

    where
        ($fleet is null or fct_asks.fleet = $fleet)
        and ($host is null or fct_asks.host = $host)
        and ($account is null or fct_asks.account = $account)
        and ($project is null or contains(lower(fct_asks.project), lower($project)))
        and ($model is null or fct_asks.session_id in (select models.session_id from models))
        and ($since_at is null or fct_asks.prompted_at >= $since_at)
        and ($until_at is null or fct_asks.prompted_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.prompted_on) end as month,
        case when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.prompted_on) end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        filtered.turn_id,
        filtered.answered_ms,
        filtered.tool_call_count,
        filtered.subagent_count,
        filtered.billed_cost_usd,
        filtered.subscription_cost_usd,
        filtered.unknown_cost_usd

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
    count(turn_id) as asks,
    cast(median(answered_ms) as bigint) as median_answered_ms,
    cast(sum(tool_call_count) as bigint) as tool_calls,
    cast(sum(subagent_count) as bigint) as subagents,
    count(billed_cost_usd) as billed_asks,
    sum(billed_cost_usd) as billed_cost_usd,
    max(billed_cost_usd) as billed_dearest_usd,
    count(subscription_cost_usd) as subscription_asks,
    sum(subscription_cost_usd) as subscription_cost_usd,
    max(subscription_cost_usd) as subscription_dearest_usd,
    count(unknown_cost_usd) as unknown_asks,
    sum(unknown_cost_usd) as unknown_cost_usd,
    max(unknown_cost_usd) as unknown_dearest_usd

from keyed

group by all

having count(turn_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    asks desc nulls last,
    project asc,
    model asc
