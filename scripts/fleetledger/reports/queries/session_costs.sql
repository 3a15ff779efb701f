-- The sessions of the model calls that pass the filters, with what those used and cost, the newest first, or
-- those of the most $sort: cost, tokens or calls. Costs as in costs.sql.
with

measured as (

    select
        session_id,
        count(*) filter (where usage_source <> 'task_telemetry') as model_call_count,
        count(*) filter (where usage_is_final) as final_usage_call_count,
        count(*) filter (where not rate_is_exact and cost_usd is not null) as inexact_rate_call_count,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(reasoning_tokens) as reasoning_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(web_search_requests) as web_search_requests,
        count(*) filter (where usage_source <> 'task_telemetry' and cost_kind = 'free') as free_call_count,
        count(*) filter (where usage_source <> 'task_telemetry' and cost_kind = 'billed') as billed_call_count,
        count(*) filter (where cost_usd is null and cost_kind = 'billed') as billed_unpriced_call_count,
        case
            when count(*) filter (where cost_kind = 'billed') = 0 then 0
            else sum(cost_usd) filter (where cost_kind = 'billed')
        end as billed_cost_usd,
        count(*) filter (where usage_source <> 'task_telemetry' and cost_kind = 'subscription')
            as subscription_call_count,
        count(*) filter (where cost_usd is null and cost_kind = 'subscription') as subscription_unpriced_call_count,
        case
            when count(*) filter (where cost_kind = 'subscription') = 0 then 0
            else sum(cost_usd) filter (where cost_kind = 'subscription')
        end as subscription_cost_usd,
        count(*) filter (where usage_source <> 'task_telemetry' and cost_kind = 'unknown') as unknown_call_count,
        count(*) filter (where cost_usd is null and cost_kind = 'unknown') as unknown_unpriced_call_count,
        case
            when count(*) filter (where cost_kind = 'unknown') = 0 then 0
            else sum(cost_usd) filter (where cost_kind = 'unknown')
        end as unknown_cost_usd

    from fct_model_calls

    where
        session_id is not null
        and ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

    group by session_id

),

sessions as (

    select
        sessions.session_id,
        sessions.parent_session_id,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        sessions.title,
        sessions.started_at,
        sessions.ended_at,
        strftime(timezone($timezone, timezone('UTC', sessions.started_at)), '%Y-%m-%d %H:%M') as started_at_local,
        -- sqruff takes what is left out for references.
        measured.* exclude (session_id),  -- noqa: RF02
        count(*) over () as session_count

    from measured

    inner join fct_sessions as sessions
        on measured.session_id = sessions.session_id

)

select * from sessions

order by
    case $sort
        when 'cost'
            then greatest(
                coalesce(billed_cost_usd, 0), coalesce(subscription_cost_usd, 0), coalesce(unknown_cost_usd, 0)
            )
        when 'calls' then model_call_count
        when 'tokens'
            then
                coalesce(input_tokens, 0) + coalesce(output_tokens, 0) + coalesce(cache_read_tokens, 0)
                + coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0)
    end desc,
    started_at desc nulls last,
    session_id asc

limit $limit
