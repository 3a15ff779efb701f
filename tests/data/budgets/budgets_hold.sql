{#
    Warns where a budget's share to warn at is reached, fails where one is overspent. It says something of the user's spending, not of the
    figures, so that it is an alarm: `fleetledger build` leaves it out, and a warehouse in which nothing else failed is published.
#}
{{ config(
    tags=['alarm'],
    fail_calc="coalesce(max(case state when 'over' then 2 else 1 end), 0)",
    warn_if='>= 1',
    error_if='>= 2'
) }}

with

status as (

    select * from {{ ref('fct_budget_status') }}

),

off as (

    select *

    from status

    where
        is_current
        and state in ('warn', 'over')

)

select * from off
