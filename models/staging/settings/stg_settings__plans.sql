with

plans as (

    select
        provider,
        account,
        label,
        starts_on,
        ends_on,
        cost_usd

    from {{ source('settings', 'settings_plans') }}

)

select * from plans
