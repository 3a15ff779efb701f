-- The ten sessions that used the most at list price, with what was paid of it.
select
    session_id,
    fleet,
    project,
    title,
    started_at,
    round(active_ms / 60000.0, 1) as active_minutes,
    model_call_count,
    cost_usd as list_price_usd,
    billed_cost_usd
from fct_sessions
order by cost_usd desc nulls last
limit 10
