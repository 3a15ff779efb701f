-- Calls by day and all that the page filters by: what was paid, what flat rates would have cost, and what it went into;
-- by month before by_day_since, where that is set.
select
    case
        when called_on < getvariable('by_day_since') then cast(date_trunc('month', called_on) as date)
        else called_on
    end as called_on,
    fleet,
    host,
    account,
    provider,
    cost_kind,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    cast(sum(model_call_count) as bigint) as model_call_count,
    cast(sum(final_usage_call_count) as bigint) as final_usage_call_count,
    cast(sum(unpriced_call_count) as bigint) as unpriced_call_count,
    cast(sum(input_tokens) as bigint) as input_tokens,
    cast(sum(output_tokens) as bigint) as output_tokens,
    cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
    cast(sum(cache_write_5m_tokens + cache_write_1h_tokens) as bigint) as cache_write_tokens,
    sum(input_cost_usd) as input_cost_usd,
    sum(output_cost_usd) as output_cost_usd,
    sum(cache_read_cost_usd) as cache_read_cost_usd,
    sum(cache_write_cost_usd) as cache_write_cost_usd,
    sum(cost_usd) as cost_usd
from fct_daily_costs
where
    (getvariable('since') is null or called_on >= getvariable('since'))
    and (getvariable('until') is null or called_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('provider') is null or provider = getvariable('provider'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
    and (getvariable('kind') is null or cost_kind = getvariable('kind'))
group by all
order by
    called_on,
    fleet,
    host,
    account,
    provider,
    cost_kind,
    project,
    model
