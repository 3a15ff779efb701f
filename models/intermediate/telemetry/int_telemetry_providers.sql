{{ config(materialized='ephemeral') }}

with

requests as (

    select * from {{ ref('int_telemetry_requests') }}

),

model_calls as (

    select * from {{ ref('int_model_calls') }}

),

by_host as (

    select * from {{ ref('int_telemetry_host_providers') }}

),

by_session as (

    select
        session_id,
        min(provider) as provider

    from model_calls

    where
        fleet = 'claude_code'
        and session_id in (select requests.session_id from requests)

    group by session_id

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
