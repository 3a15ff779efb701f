-- What calls cost, beside what they would have cost: at the rates of dim_possible_rates, which are made by the rules
-- that recorded calls are priced by. Calls of the models $old (as logged, or in the price book) go to $new; without
-- any, all stay at their own. With $cache_ttl, all that is written to the cache is written for so long.
with

changes as (

    select
        unnest(cast($old as varchar[])) as old_model,
        unnest(cast($new as varchar[])) as new_model

),

calls as (

    select
        provider,
        model,
        cost_kind,
        speed,
        service_tier,
        inference_geo,
        usage_source,
        cost_usd,
        cast(called_at as date) as called_on_utc,
        input_tokens,
        output_tokens,
        coalesce(cache_read_tokens, 0) as cache_read_tokens,
        coalesce(cache_write_5m_tokens, 0) as cache_write_5m_tokens,
        coalesce(cache_write_1h_tokens, 0) as cache_write_1h_tokens,
        coalesce(web_search_requests, 0) as web_search_requests

    from fct_model_calls

    where
        cost_kind <> 'free'
        and ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

),

otherwise as (

    select
        calls.provider,
        calls.model,
        coalesce(nullif(changes.new_model, changes.old_model), calls.model) as to_model,
        calls.cost_kind,
        calls.speed,
        calls.service_tier,
        calls.inference_geo,
        calls.usage_source,
        calls.cost_usd,
        calls.called_on_utc,
        calls.input_tokens,
        calls.output_tokens,
        calls.cache_read_tokens,
        case $cache_ttl
            when '5m' then calls.cache_write_5m_tokens + calls.cache_write_1h_tokens
            when '1h' then 0
            else calls.cache_write_5m_tokens
        end as cache_write_5m_tokens,
        case $cache_ttl
            when '5m' then 0
            when '1h' then calls.cache_write_5m_tokens + calls.cache_write_1h_tokens
            else calls.cache_write_1h_tokens
        end as cache_write_1h_tokens,
        calls.web_search_requests,
        case
            when calls.usage_source = 'task_telemetry' then 1
            else greatest(
                calls.input_tokens
                + calls.cache_read_tokens
                + calls.cache_write_5m_tokens
                + calls.cache_write_1h_tokens,
                1
            )
        end as tier_tokens

    from calls

    left join dim_models as models
        on calls.provider is not distinct from models.provider
        and calls.model is not distinct from models.model

    left join changes
        on changes.old_model in (calls.model, models.rate_model_id)

    where
        len($old) = 0
        or changes.old_model is not null

),

-- As the dbt project's macros `usd` and `usd_per_thousand` do it: multiplied, not rounded.
priced as (

    select
        otherwise.*,
        rates.rate_caveats,
        cast(
            cast(
                cast(otherwise.input_tokens as decimal(19, 0)) * rates.input_usd_per_mtok * 0.000001
                as decimal(38, 16)
            )
            + cast(
                cast(otherwise.output_tokens as decimal(19, 0)) * rates.output_usd_per_mtok * 0.000001
                as decimal(38, 16)
            )
            + cast(
                cast(otherwise.cache_read_tokens as decimal(19, 0)) * rates.cache_read_usd_per_mtok * 0.000001
                as decimal(38, 16)
            )
            + cast(
                cast(otherwise.cache_write_5m_tokens as decimal(19, 0)) * rates.cache_write_5m_usd_per_mtok * 0.000001
                as decimal(38, 16)
            )
            + cast(
                cast(otherwise.cache_write_1h_tokens as decimal(19, 0)) * rates.cache_write_1h_usd_per_mtok * 0.000001
                as decimal(38, 16)
            )
            + cast(
                cast(otherwise.web_search_requests as decimal(19, 0)) * rates.web_search_usd_per_kcount * 0.001
                as decimal(38, 16)
            )
            as decimal(38, 16)
        ) as otherwise_usd

    from otherwise

    left join dim_possible_rates as rates
        on otherwise.provider is not distinct from rates.provider
        and otherwise.to_model = rates.model
        and otherwise.speed is not distinct from rates.speed
        and otherwise.service_tier is not distinct from rates.service_tier
        and otherwise.inference_geo is not distinct from rates.inference_geo
        and otherwise.called_on_utc >= rates.valid_from
        and otherwise.called_on_utc < rates.valid_to
        and otherwise.tier_tokens > rates.tier_start
        and otherwise.tier_tokens <= rates.tier_end

)

select
    provider,
    model,
    cost_kind,
    to_model,
    count(*) filter (where usage_source <> 'task_telemetry') as model_call_count,
    count(*) filter (where cost_usd is null or otherwise_usd is null) as left_out_call_count,
    count(*) filter (where cost_usd is not null and rate_caveats is not null) as inexact_call_count,
    sum(cost_usd) filter (where otherwise_usd is not null) as recorded_usd,
    sum(otherwise_usd) filter (where cost_usd is not null) as whatif_usd,
    sum(otherwise_usd - cost_usd) as difference_usd

from priced

group by
    provider,
    model,
    cost_kind,
    to_model

order by
    greatest(recorded_usd, whatif_usd) desc nulls last,
    provider,
    model asc,
    cost_kind asc
