with

requests as (

    select * from {{ ref('int_rate_requests') }}

),

shapes as (

    select * from {{ ref('int_request_shapes') }}

),

rates as (

    select * from {{ ref('int_rates') }}

),

-- What each serving path was asked for beyond the model.
path_shapes as (

    select distinct
        requests.provider,
        shapes.speed,
        shapes.service_tier,
        shapes.inference_geo,
        shapes.asked_speed,
        shapes.asked_service_tier,
        shapes.asked_inference_geo

    from requests

    inner join shapes
        on requests.speed is not distinct from shapes.speed
        and requests.service_tier is not distinct from shapes.service_tier
        and requests.inference_geo is not distinct from shapes.inference_geo

),

-- The books that the models of a path are priced by, and what a model is there.
known_models as (

    select distinct
        provider,
        model,
        price_book,
        rate_model_id,
        override_model_id,
        is_own_price_book,
        rate_name_caveats,
        override_name_caveats,
        named_speed

    from requests

    where price_book is not null

),

book_models as (

    select
        price_book,
        model_id,
        max(case when is_override then model_id end) as override_model_id,
        max(case when not is_override then model_id end) as rate_model_id

    from rates

    group by
        price_book,
        model_id

),

-- A model of a book that nobody called yet goes by its id there.
listed_models as (

    select distinct
        known_models.provider,
        book_models.model_id as model,
        book_models.price_book,
        book_models.rate_model_id,
        book_models.override_model_id,
        known_models.is_own_price_book,
        cast(null as string) as rate_name_caveats,
        cast(null as string) as override_name_caveats,
        cast(null as string) as named_speed

    from known_models

    inner join book_models
        on known_models.price_book = book_models.price_book

),

models as (

    select
        *,
        0 as model_rank

    from known_models

    union all

    select
        *,
        1 as model_rank

    from listed_models

    qualify row_number() over (
        partition by provider, model
        order by
            is_own_price_book desc,
            price_book asc
    ) = 1

),

picked_models as (

    select *

    from models

    qualify row_number() over (
        partition by provider, model
        order by model_rank asc
    ) = 1

),

possible as (

    select
        -row_number() over (
            order by
                path_shapes.provider asc nulls first,
                picked_models.model asc,
                path_shapes.speed asc nulls first,
                path_shapes.service_tier asc nulls first,
                path_shapes.inference_geo asc nulls first
        ) as rate_request_id,
        path_shapes.provider,
        picked_models.model,
        path_shapes.speed,
        path_shapes.service_tier,
        path_shapes.inference_geo,
        coalesce(path_shapes.asked_speed, picked_models.named_speed) as asked_speed,
        path_shapes.asked_service_tier,
        path_shapes.asked_inference_geo,
        {{ price_variant_of(
            'coalesce(path_shapes.asked_speed, picked_models.named_speed)', 'path_shapes.asked_service_tier'
        ) }} as asked_variant,
        picked_models.price_book,
        picked_models.rate_model_id,
        picked_models.override_model_id,
        picked_models.is_own_price_book,
        picked_models.rate_name_caveats,
        picked_models.override_name_caveats,
        picked_models.named_speed

    from path_shapes

    inner join picked_models
        on path_shapes.provider is not distinct from picked_models.provider

)

select * from possible
