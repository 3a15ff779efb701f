with

rate_multipliers as (

    select * from {{ ref('rate_multipliers') }}

),

multipliers as (

    select
        price_book,
        model_id,
        request_field,
        logged_value,
        multiplier,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by price_book, model_id, request_field, logged_value
                order by valid_from asc
            ),
            date '9999-12-31'
        ) as valid_to

    from rate_multipliers

)

select * from multipliers
