-- Seed subscription_plans is written by hand: a period that ends before it starts would silently cost nothing.

with

plans as (

    select * from {{ ref('subscription_plans') }}

),

off as (

    select *

    from plans

    where
        coalesce(provider, '') = ''
        or coalesce(account, '') = ''
        or coalesce(label, '') = ''
        or starts_on is null
        or ends_on is null
        or starts_on > ends_on
        or coalesce(cost_usd, -1) < 0

)

select * from off
