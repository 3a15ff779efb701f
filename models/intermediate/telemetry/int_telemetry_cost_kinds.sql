{{ config(materialized='ephemeral') }}

with

requests as (

    select * from {{ ref('int_telemetry_requests') }}

),

providers as (

    select * from {{ ref('int_telemetry_providers') }}

),

rules as (

    select * from {{ ref('int_cost_kind_rules') }}

),

request_kinds as (

    select * from {{ ref('request_cost_kinds') }}

),

served as (

    select
        requests.telemetry_request_id,
        requests.model,
        requests.speed,
        providers.provider

    from requests

    inner join providers
        on requests.telemetry_request_id = providers.telemetry_request_id

),

models as (

    select distinct
        provider,
        model

    from served

),

by_model as (

    select
        models.provider,
        models.model,
        coalesce(min(case when rules.is_own then rules.cost_kind end), min(rules.cost_kind)) as cost_kind

    from models

    inner join rules
        on {{ matches_regex('lower(models.model)', 'rules.model_regex') }}
        and coalesce(rules.provider, models.provider) = models.provider

    group by
        models.provider,
        models.model

),

-- As int_rate_requests has it of calls: a rule of the model wins over one of the request, and that over the path's.
kinds as (

    select
        served.telemetry_request_id,
        served.provider,
        coalesce(by_model.cost_kind, request_kinds.cost_kind, rules.cost_kind, 'unknown') as cost_kind

    from served

    left join by_model
        on served.provider = by_model.provider
        and served.model = by_model.model

    left join request_kinds
        on served.provider = request_kinds.provider
        and served.speed = request_kinds.speed

    left join rules
        on served.provider = rules.provider
        and rules.model_regex is null

)

select * from kinds
