-- Seed budgets is written by hand: a misspelt word would silently watch nothing.

with

budgets as (

    select * from {{ ref('budgets') }}

),

off as (

    select *

    from budgets

    where
        coalesce(scope, '') not in ('all', 'fleet', 'account', 'project', 'model', 'session')
        or coalesce(period, '') not in ('session', 'day', 'week', 'month')
        or coalesce(cost_kind, '') not in ('billed', 'subscription', 'unknown')
        or coalesce(limit_usd, -1) < 0
        or coalesce(warn_share, 0) < 0
        or (scope = 'all' and trim(scope_value) <> '')

)

select * from off
