-- Flat rates by month: what was paid, and what the use that they covered would have cost at list price.
select *
from fct_plan_months
order by
    month_started_on desc,
    provider asc,
    account asc
