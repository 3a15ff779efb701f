with

reporting as (

    select * from {{ ref('stg_settings__reporting') }}

),

chosen as (

    select
        coalesce(max(timezone), 'UTC') as timezone,
        count(timezone) > 0 as is_configured

    from reporting

)

select * from chosen
