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
    unpriced_call_count,
    output_tokens,
    cast(cost_usd as double) as cost_usd
from fct_daily_costs
