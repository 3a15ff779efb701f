-- What model calls used and cost, grouped by each of $groupings, which are lists of keys: a row says which in `keys`,
-- and has those filled. Costs of different kinds stand apart; one is null where there are calls of its kind and none
-- has a price, 0 where there are none. A period is a $unit (day, week, month), and named by its first day.
with

-- Offsets from UTC are whole quarters of an hour, and there are far fewer quarters than calls to convert.
quarters as (

    select
        time_bucket(interval '15 minutes', called_at) as began_at,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model,
        count(*) filter (where usage_source <> 'task_telemetry') as model_call_count,
        count(*) filter (where usage_is_final) as final_usage_call_count,
        count(*) filter (where cost_usd is null) as unpriced_call_count,
        count(*) filter (where not rate_is_exact and cost_usd is not null) as inexact_rate_call_count,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(reasoning_tokens) as reasoning_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(web_search_requests) as web_search_requests,
        sum(cost_usd) as cost_usd

    from fct_model_calls

    where
        $timezone <> $build_timezone
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

    group by all

),

days as (

    select
        cast(timezone($timezone, timezone('UTC', began_at)) as date) as called_on,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model,
        model_call_count,
        final_usage_call_count,
        unpriced_call_count,
        inexact_rate_call_count,
        input_tokens,
        output_tokens,
        reasoning_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        web_search_requests,
        cost_usd

    from quarters

    union all

    select
        called_on,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model,
        model_call_count,
        final_usage_call_count,
        unpriced_call_count,
        inexact_rate_call_count,
        input_tokens,
        output_tokens,
        reasoning_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        web_search_requests,
        cost_usd

    from fct_daily_costs

    where
        $timezone = $build_timezone
        and ($since is null or called_on >= $since)
        and ($until is null or called_on <= $until)

),

filtered as (

    select * from days

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'period') then cast(date_trunc($unit, filtered.called_on) as date) end
            as period,
        case when list_contains(groupings.keys, 'fleet') then filtered.fleet end as fleet,
        case when list_contains(groupings.keys, 'host') then filtered.host end as host,
        case when list_contains(groupings.keys, 'account') then filtered.account end as account,
        case when list_contains(groupings.keys, 'provider') then filtered.provider end as provider,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        filtered.cost_kind,
        filtered.model_call_count,
        filtered.final_usage_call_count,
        filtered.unpriced_call_count,
        filtered.inexact_rate_call_count,
        filtered.input_tokens,
        filtered.output_tokens,
        filtered.reasoning_tokens,
        filtered.cache_read_tokens,
        filtered.cache_write_5m_tokens,
        filtered.cache_write_1h_tokens,
        filtered.web_search_requests,
        filtered.cost_usd

    from groupings

    left join filtered
        on true

),

measured as (

    select
        keys,
        period,
        fleet,
        host,
        account,
        provider,
        model,
        project,
        coalesce(sum(model_call_count), 0) as model_calls,
        coalesce(sum(final_usage_call_count), 0) as final_usage_calls,
        coalesce(sum(inexact_rate_call_count), 0) as inexact_rate_calls,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(reasoning_tokens) as reasoning_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(web_search_requests) as web_search_requests,
        coalesce(sum(model_call_count) filter (where cost_kind = 'free'), 0) as free_calls,
        coalesce(sum(model_call_count) filter (where cost_kind = 'billed'), 0) as billed_calls,
        coalesce(sum(unpriced_call_count) filter (where cost_kind = 'billed'), 0) as billed_unpriced_calls,
        case
            when count(*) filter (where cost_kind = 'billed') = 0 then 0
            else sum(cost_usd) filter (where cost_kind = 'billed')
        end as billed_cost_usd,
        coalesce(sum(model_call_count) filter (where cost_kind = 'subscription'), 0) as subscription_calls,
        coalesce(sum(unpriced_call_count) filter (where cost_kind = 'subscription'), 0) as subscription_unpriced_calls,
        case
            when count(*) filter (where cost_kind = 'subscription') = 0 then 0
            else sum(cost_usd) filter (where cost_kind = 'subscription')
        end as subscription_cost_usd,
        coalesce(sum(model_call_count) filter (where cost_kind = 'unknown'), 0) as unknown_calls,
        coalesce(sum(unpriced_call_count) filter (where cost_kind = 'unknown'), 0) as unknown_unpriced_calls,
        case
            when count(*) filter (where cost_kind = 'unknown') = 0 then 0
            else sum(cost_usd) filter (where cost_kind = 'unknown')
        end as unknown_cost_usd

    from keyed

    group by all

    having count(cost_kind) > 0 or len(keys) = 0

)

select * from measured

order by
    period asc nulls last,
    greatest(coalesce(billed_cost_usd, 0), coalesce(subscription_cost_usd, 0), coalesce(unknown_cost_usd, 0)) desc,
    model_calls desc,
    fleet asc,
    host asc,
    account asc,
    provider asc,
    model asc,
    project asc
