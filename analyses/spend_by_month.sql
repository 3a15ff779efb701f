-- What was spent each month: money paid, and what flat rates would have cost at list price. Two figures, never one sum.
select
    date_trunc('month', called_on) as month,
    sum(case when cost_kind = 'billed' then cost_usd end) as billed_usd,
    sum(case when cost_kind = 'subscription' then cost_usd end) as notional_usd,
    sum(model_call_count) as model_calls,
    sum(unpriced_call_count) as unpriced_calls
from fct_daily_costs
group by date_trunc('month', called_on)
order by month
