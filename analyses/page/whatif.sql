-- What each model's calls cost, beside what they would have cost at the rates of every other model that the fleet calls
-- on the same serving path: at the rates that recorded calls are priced by, call by call, as `fleetledger whatif` does.
with

calls as (

    select
        *,
        cast(called_at as date) as called_on_utc,
        case
            when usage_source = 'task_telemetry' then 1
            else greatest(
                coalesce(input_tokens, 0)
                + coalesce(cache_read_tokens, 0)
                + coalesce(cache_write_5m_tokens, 0)
                + coalesce(cache_write_1h_tokens, 0),
                1
            )
        end as tier_tokens
    from fct_model_calls
    where
        cost_kind <> 'free'
        and cost_usd is not null

),

others as (

    select
        provider,
        model
    from dim_models
    where
        cost_kind <> 'free'
        and is_priced

),

priced as (

    select
        calls.provider,
        calls.model,
        others.model as to_model,
        calls.cost_kind,
        calls.cost_usd,
        (
            calls.input_tokens * rates.input_usd_per_mtok
            + calls.output_tokens * rates.output_usd_per_mtok
            + coalesce(calls.cache_read_tokens, 0) * rates.cache_read_usd_per_mtok
            + coalesce(calls.cache_write_5m_tokens, 0) * rates.cache_write_5m_usd_per_mtok
            + coalesce(calls.cache_write_1h_tokens, 0) * rates.cache_write_1h_usd_per_mtok
        ) * 0.000001
        + coalesce(calls.web_search_requests, 0) * rates.web_search_usd_per_kcount * 0.001 as otherwise_usd
    from calls
    inner join others
        on calls.provider is not distinct from others.provider
    inner join dim_possible_rates as rates
        on calls.provider is not distinct from rates.provider
        and others.model = rates.model
        and calls.speed is not distinct from rates.speed
        and calls.service_tier is not distinct from rates.service_tier
        and calls.inference_geo is not distinct from rates.inference_geo
        and calls.called_on_utc >= rates.valid_from
        and calls.called_on_utc < rates.valid_to
        and calls.tier_tokens > rates.tier_start
        and calls.tier_tokens <= rates.tier_end

)

select
    provider,
    model,
    to_model,
    cost_kind,
    count(*) as model_call_count,
    sum(cost_usd) as recorded_usd,
    sum(otherwise_usd) as whatif_usd
from priced
group by
    provider,
    model,
    to_model,
    cost_kind
order by
    provider,
    model,
    cost_kind,
    to_model
