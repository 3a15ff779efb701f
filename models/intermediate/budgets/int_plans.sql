with

plans as (

    select * from {{ ref('stg_settings__plans') }}

),

counted as (

    select
        provider,
        account,
        label,
        starts_on,
        ends_on,
        cost_usd,
        {{ days_between('starts_on', 'ends_on') }} + 1 as plan_days

    from plans

)

select * from counted
