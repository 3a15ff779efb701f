-- Plan limits by their period: how much of each the client said was used, and what that would have cost at list price.
select
    fleet,
    host,
    account,
    limit_name,
    started_at,
    resets_at,
    is_current,
    last_told_at,
    used_share,
    model_call_count,
    subscription_cost_usd,
    whole_limit_usd
from fct_plan_limits
order by
    is_current desc,
    resets_at desc,
    limit_name asc,
    fleet asc,
    host asc,
    account asc
limit 200
