with

reporting as (

    select timezone from {{ source('settings', 'settings_reporting') }}

)

select * from reporting
