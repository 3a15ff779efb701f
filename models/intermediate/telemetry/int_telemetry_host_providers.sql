with

model_calls as (

    select * from {{ ref('int_model_calls') }}

),

by_host as (

    select
        host,
        min(provider) as provider

    from model_calls

    where fleet = 'claude_code'

    group by host

)

select * from by_host
