-- What was used on the day $today and in the last 7 and 30 days up to it, whatever days the filters name: sessions,
-- calls, tokens, and costs as in costs.sql; of a slice only the spans that it holds whole, from $slice_since on.
with

spans as (

    select
        period,
        cast($today as date) - days_before as began_on,
        timezone('UTC', timezone($timezone, cast(cast($today as date) - days_before as timestamp))) as began_at,
        timezone('UTC', timezone($timezone, cast(cast($today as date) + 1 as timestamp))) as ended_at

    from (values ('today', 0), ('7 days', 6), ('30 days', 29)) as named (period, days_before)

    where $slice_since is null or cast($today as date) - days_before >= $slice_since

),

calls as (

    select * from fct_model_calls

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and called_at >= (select min(spans.began_at) from spans)

),

measured as (

    select
        spans.period,
        spans.began_on as since,
        count(distinct calls.session_id) as session_count,
        count(*) filter (where calls.usage_source <> 'task_telemetry') as model_call_count,
        count(*) filter (where calls.usage_is_final) as final_usage_call_count,
        sum(calls.input_tokens) as input_tokens,
        sum(calls.output_tokens) as output_tokens,
        sum(calls.cache_read_tokens) as cache_read_tokens,
        sum(calls.cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(calls.cache_write_1h_tokens) as cache_write_1h_tokens,
        count(*) filter (where calls.cost_kind = 'free') as free_call_count,
        count(*) filter (where calls.cost_kind = 'billed') as billed_call_count,
        count(*) filter (where calls.cost_kind = 'billed' and calls.cost_usd is null) as billed_unpriced_call_count,
        sum(calls.cost_usd) filter (where calls.cost_kind = 'billed') as billed_cost_usd,
        count(*) filter (where calls.cost_kind = 'subscription') as subscription_call_count,
        count(*) filter (where calls.cost_kind = 'subscription' and calls.cost_usd is null)
            as subscription_unpriced_call_count,
        sum(calls.cost_usd) filter (where calls.cost_kind = 'subscription') as subscription_cost_usd,
        count(*) filter (where calls.cost_kind = 'unknown') as unknown_call_count,
        count(*) filter (where calls.cost_kind = 'unknown' and calls.cost_usd is null) as unknown_unpriced_call_count,
        sum(calls.cost_usd) filter (where calls.cost_kind = 'unknown') as unknown_cost_usd

    from spans

    left join calls
        on spans.began_at <= calls.called_at
        and spans.ended_at > calls.called_at

    group by
        spans.period,
        spans.began_on

)

select * from measured

order by since desc
