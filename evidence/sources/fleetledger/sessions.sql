select
    session_id,
    title,
    fleet,
    host,
    account,
    project,
    model,
    started_at,
    outcome_class,
    outcome_result,
    turn_count,
    tool_call_count,
    cast(billed_cost_usd as double) as billed_cost_usd,
    cast(subscription_cost_usd as double) as subscription_cost_usd
from page_sessions
