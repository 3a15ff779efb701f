-- What could have been saved, by rule and kind of money. Each rule is about another part of a call's cost, so that they
-- add up within a kind: caches are paid for as cache writes, broken responses as output.
with

lost_caches as (

    select * from fct_cache_economics

    where
        cache_outcome <> 'kept'
        and ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

),

degraded as (

    select distinct
        model,
        stop_reason

    from fct_stop_reasons

    where is_degraded

),

broken_responses as (

    select fct_model_calls.* from fct_model_calls

    inner join degraded
        on fct_model_calls.model = degraded.model
        and fct_model_calls.stop_reason = degraded.stop_reason

    where
        ($fleet is null or fct_model_calls.fleet = $fleet)
        and ($host is null or fct_model_calls.host = $host)
        and ($account is null or fct_model_calls.account = $account)
        and ($project is null or contains(lower(fct_model_calls.project), lower($project)))
        and ($model is null or contains(lower(fct_model_calls.model), lower($model)))
        and ($since_at is null or fct_model_calls.called_at >= $since_at)
        and ($until_at is null or fct_model_calls.called_at < $until_at)

),

found as (

    select
        'cache_' || cache_outcome as rule,
        cost_kind,
        session_id,
        rewritten_tokens as tokens,
        rewrite_cost_usd as cost_usd

    from lost_caches

    union all

    select
        'broken_response' as rule,
        cost_kind,
        session_id,
        output_tokens as tokens,
        output_cost_usd as cost_usd

    from broken_responses

)

select
    rule,
    cost_kind,
    count(*) as findings,
    count(distinct session_id) as sessions,
    cast(sum(tokens) as bigint) as tokens,
    count(cost_usd) as priced_findings,
    sum(cost_usd) as cost_usd

from found

where cost_kind <> 'free'

group by
    rule,
    cost_kind

order by
    cost_usd desc nulls last,
    rule asc,
    cost_kind asc
