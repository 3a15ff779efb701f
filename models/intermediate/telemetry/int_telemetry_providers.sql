with

requests as (

    select * from {{ ref('int_telemetry_requests') }}

),

model_calls as (

    select * from {{ ref('int_model_calls') }}

),

asked_hosts as (

    select distinct host from requests

),

called as (

    select
        model_calls.session_id,
        model_calls.host,
        min(model_calls.provider) as provider

    from model_calls

    inner join asked_hosts
        on model_calls.host = asked_hosts.host

    where model_calls.fleet = 'claude_code'

    group by
        model_calls.session_id,
        model_calls.host

),

by_session as (

    select
        session_id,
        min(provider) as provider

    from called

    group by session_id

),

by_host as (

    select
        host,
        min(provider) as provider

    from called

    group by host

),

providers as (

    select
        requests.telemetry_request_id,
        coalesce(by_session.provider, by_host.provider, 'claude_code') as provider

    from requests

    left join by_session
        on requests.session_id = by_session.session_id

    left join by_host
        on requests.host = by_host.host

)

select * from providers
