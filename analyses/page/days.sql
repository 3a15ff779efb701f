-- Calls by day and all that the page filters by: what was paid, what flat rates would have cost, and what it went into.
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
    input_tokens,
    output_tokens,
    cache_read_tokens,
    cache_write_5m_tokens + cache_write_1h_tokens as cache_write_tokens,
    input_cost_usd,
    output_cost_usd,
    cache_read_cost_usd,
    cache_write_cost_usd,
    cost_usd
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
order by
    called_on,
    fleet,
    host,
    account,
    provider,
    cost_kind,
    project,
    model
