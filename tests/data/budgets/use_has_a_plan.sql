-- Where plans are told at all, use of a flat rate on a day without one is a plan that the user has not written down.
{{ config(severity='warn') }}

with

months as (

    select * from {{ ref('fct_plan_months') }}

),

plans as (

    select count(*) as plan_count from {{ ref('stg_settings__plans') }}

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
