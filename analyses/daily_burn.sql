-- List-price use per day and its mean over the seven days up to it, days without calls counted as zero use.
with days as (
    select cast(day as date) as day
    from generate_series(
        (select min(called_on) from fct_daily_costs), (select max(called_on) from fct_daily_costs), interval 1 day
    ) as series (day)
),

daily as (
    select
        called_on,
        cost_kind,
        sum(cost_usd) as cost_usd
    from fct_daily_costs
    where cost_kind in ('billed', 'subscription')
    group by called_on, cost_kind
),

kinds as (
    select distinct cost_kind from daily
)

select
    days.day,
    kinds.cost_kind,
    coalesce(daily.cost_usd, 0) as list_price_usd,
    round(avg(coalesce(daily.cost_usd, 0)) over (
        partition by kinds.cost_kind order by days.day rows between 6 preceding and current row
    ), 2) as mean_of_7_days_usd
from days
cross join kinds
left join daily
    on days.day = daily.called_on and kinds.cost_kind = daily.cost_kind
order by kinds.cost_kind, days.day
