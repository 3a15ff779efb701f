-- Usage windows of five hours, the newest first.
select
    fleet,
    host,
    account,
    started_at,
    ends_at,
    is_active,
    session_count,
    model_call_count,
    total_tokens,
    subscription_cost_usd,
    projected_total_tokens,
    projected_subscription_cost_usd
from fct_usage_blocks
order by
    started_at desc,
    fleet asc,
    host asc,
    account asc
limit 200
