with

calls as (

    select * from {{ ref('int_model_calls') }}

),

shapes as (

    select * from {{ ref('int_request_shapes') }}

),

model_kinds as (

    select * from {{ ref('int_model_cost_kinds') }}

),

request_kinds as (

    select * from {{ ref('request_cost_kinds') }}

),

matches as (

    select * from {{ ref('int_model_rate_matches') }}

),

distinct_requests as (

    select distinct
        provider,
        model,
        speed,
        service_tier,
        inference_geo

    from calls

),

numbered as (

    select
        row_number() over (
            order by
                provider asc nulls first,
                model asc nulls first,
                speed asc nulls first,
                service_tier asc nulls first,
                inference_geo asc nulls first
        ) as rate_request_id,
        provider,
        model,
        speed,
        service_tier,
        inference_geo

    from distinct_requests

),

asked as (

    select
        numbered.rate_request_id,
        numbered.provider,
        numbered.model,
        numbered.speed,
        numbered.service_tier,
        numbered.inference_geo,
        coalesce(shapes.asked_speed, matches.named_speed) as asked_speed,
        shapes.asked_service_tier,
        shapes.asked_inference_geo,
        matches.price_book,
        matches.rate_model_id,
        matches.override_model_id,
        matches.is_own_price_book,
        matches.rate_name_caveats,
        matches.override_name_caveats,
        matches.named_speed

    from numbered

    inner join shapes
        on numbered.speed is not distinct from shapes.speed
        and numbered.service_tier is not distinct from shapes.service_tier
        and numbered.inference_geo is not distinct from shapes.inference_geo

    left join matches
        on numbered.provider is not distinct from matches.provider
        and numbered.model = matches.model

),

-- A rule of the model wins over one of the request, and that over the path's.
requests as (

    select
        asked.*,
        {{ price_variant_of('asked.asked_speed', 'asked.asked_service_tier') }} as asked_variant,
        case
            when model_kinds.cost_kind_rule = 'model' then model_kinds.cost_kind
            else coalesce(request_kinds.cost_kind, model_kinds.cost_kind)
        end as cost_kind

    from asked

    inner join model_kinds
        on asked.provider is not distinct from model_kinds.provider
        and asked.model is not distinct from model_kinds.model

    left join request_kinds
        on asked.provider = request_kinds.provider
        and asked.asked_speed = request_kinds.speed

)

select * from requests
