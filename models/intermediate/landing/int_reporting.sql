with

reporting as (

    select * from {{ ref('stg_settings__reporting') }}

),

chosen as (

    select coalesce(max(timezone), 'UTC') as timezone

    from reporting

)

select * from chosen
