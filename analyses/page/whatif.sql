-- What each model's calls cost, beside what they would have cost at the rates of every other model that the fleet calls
-- on the same serving path: at the rates that recorded calls are priced by, as `fleetledger whatif` does.
with

-- Where some model's tier begins on a serving path: calls between the same two of these are priced by the same rates.
steps as (

    select
        provider,
        list(distinct tier_start) as starts
    from dim_possible_rates
    group by provider

),

calls as (

    select
        *,
        cast(called_at as date) as called_on_utc,
        input_tokens is not null and output_tokens is not null as has_tokens,
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

-- Rates are by token, so that what is priced alike is summed before it is priced.
alike as (

    select
        calls.provider,
        calls.model,
        calls.cost_kind,
        calls.speed,
        calls.service_tier,
        calls.inference_geo,
        calls.called_on_utc,
        calls.has_tokens,
        list_max(list_filter(steps.starts, tier_start -> calls.tier_tokens > tier_start)) as tier_start,
        count(*) as model_call_count,
        sum(calls.cost_usd) as cost_usd,
        sum(calls.input_tokens) as input_tokens,
        sum(calls.output_tokens) as output_tokens,
        sum(calls.cache_read_tokens) as cache_read_tokens,
        sum(calls.cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(calls.cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(calls.web_search_requests) as web_search_requests
    from calls
    inner join steps
        on calls.provider is not distinct from steps.provider
    group by all

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
        alike.provider,
        alike.model,
        others.model as to_model,
        alike.cost_kind,
        alike.cost_usd,
        alike.model_call_count,
        (
            alike.input_tokens * rates.input_usd_per_mtok
            + alike.output_tokens * rates.output_usd_per_mtok
            + coalesce(alike.cache_read_tokens, 0) * rates.cache_read_usd_per_mtok
            + coalesce(alike.cache_write_5m_tokens, 0) * rates.cache_write_5m_usd_per_mtok
            + coalesce(alike.cache_write_1h_tokens, 0) * rates.cache_write_1h_usd_per_mtok
        ) * 0.000001
        + coalesce(alike.web_search_requests, 0) * rates.web_search_usd_per_kcount * 0.001 as otherwise_usd
    from alike
    inner join others
        on alike.provider is not distinct from others.provider
    inner join dim_possible_rates as rates
        on alike.provider is not distinct from rates.provider
        and others.model = rates.model
        and alike.speed is not distinct from rates.speed
        and alike.service_tier is not distinct from rates.service_tier
        and alike.inference_geo is not distinct from rates.inference_geo
        and alike.called_on_utc >= rates.valid_from
        and alike.called_on_utc < rates.valid_to
        and alike.tier_start >= rates.tier_start
        and alike.tier_start < rates.tier_end

)

select
    provider,
    model,
    to_model,
    cost_kind,
    cast(sum(model_call_count) as bigint) as model_call_count,
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
