-- Where plans are told at all, use of a flat rate on a day without one is a row that seed subscription_plans lacks.
{{ config(severity='warn') }}

with

months as (

    select * from {{ ref('fct_plan_months') }}

),

plans as (

    select count(*) as plan_count from {{ ref('subscription_plans') }}

),

off as (

    select months.*

    from months

    cross join plans

    where
        plans.plan_count > 0
        and months.uncovered_call_count > 0

)

select * from off
