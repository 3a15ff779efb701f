with

requests as (

    select * from {{ ref('int_rate_requests') }}

),

rates as (

    select * from {{ ref('int_rates') }}

),

-- What was asked for beyond the model, on each serving path, and the books that its models are priced by.
shapes as (

    select distinct
        provider,
        speed,
        service_tier,
        inference_geo,
        asked_speed,
        asked_service_tier,
        asked_inference_geo,
        asked_variant

    from requests

),

known_models as (

    select distinct
        provider,
        model,
        price_book,
        rate_model_id,
        override_model_id,
        is_own_price_book,
        is_rate_name_exact,
        is_override_name_exact

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
        true as is_rate_name_exact,
        true as is_override_name_exact

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
                shapes.provider asc nulls first,
                picked_models.model asc,
                shapes.speed asc nulls first,
                shapes.service_tier asc nulls first,
                shapes.inference_geo asc nulls first
        ) as rate_request_id,
        shapes.provider,
        picked_models.model,
        shapes.speed,
        shapes.service_tier,
        shapes.inference_geo,
        shapes.asked_speed,
        shapes.asked_service_tier,
        shapes.asked_inference_geo,
        shapes.asked_variant,
        picked_models.price_book,
        picked_models.rate_model_id,
        picked_models.override_model_id,
        picked_models.is_own_price_book,
        picked_models.is_rate_name_exact,
        picked_models.is_override_name_exact

    from shapes

    inner join picked_models
        on shapes.provider is not distinct from picked_models.provider

)

select * from possible
