-- How much of the figures is a floor, by month: usage that is not final, models without a rate, inexact rates.
select
    date_trunc('month', called_on) as month,
    fleet,
    sum(model_call_count) as model_calls,
    round(sum(final_usage_call_count) / nullif(sum(model_call_count), 0), 3) as share_of_final_usage,
    sum(unpriced_call_count) as unpriced_calls,
    sum(inexact_rate_call_count) as calls_at_an_inexact_rate
from fct_daily_costs
group by date_trunc('month', called_on), fleet
order by month, fleet
