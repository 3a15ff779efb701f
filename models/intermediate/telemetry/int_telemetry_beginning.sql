with

requests as (

    select * from {{ ref('int_telemetry_requests') }}

),

first_request as (

    select min(requested_at) as first_requested_at

    from requests

    having min(requested_at) is not null

)

select * from first_request
