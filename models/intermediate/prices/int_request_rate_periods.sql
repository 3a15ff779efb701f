with

logged_requests as (

    select * from {{ ref('int_rate_requests') }}

),

possible_requests as (

    select * from {{ ref('int_possible_requests') }}

),

requests as (

    {% for requests in ['logged_requests', 'possible_requests'] -%}
        select
            rate_request_id,
            asked_speed,
            asked_service_tier,
            asked_inference_geo,
            asked_variant,
            price_book,
            rate_model_id,
            override_model_id,
            is_own_price_book,
            rate_name_caveats,
            override_name_caveats,
            named_speed

        from {{ requests }}

        {% if not loop.last -%}
            union all

        {% endif -%}
    {% endfor %}

),

rates as (

    select * from {{ ref('int_rates') }}

),

multipliers as (

    select * from {{ ref('int_rate_multipliers') }}

),

-- Every price set that could hold for a request. A path that borrows the vendor's book borrows its standard prices
-- only, and the speed that is in the model's name.
candidates as (

    select distinct
        requests.rate_request_id,
        rates.price_book,
        rates.model_id,
        rates.price_variant,
        rates.valid_from,
        rates.valid_to,
        rates.is_override

    from requests

    inner join rates
        on requests.price_book = rates.price_book
        and case when rates.is_override then requests.override_model_id else requests.rate_model_id end = rates.model_id
        and (
            rates.price_variant = 'standard'
            or (
                requests.asked_variant = rates.price_variant
                and (requests.is_own_price_book or requests.named_speed = rates.price_variant)
            )
        )

),

-- The days on which the price of a request can change.
boundaries as (

    select
        rate_request_id,
        valid_from

    from candidates

    union distinct

    select
        requests.rate_request_id,
        multipliers.valid_from

    from requests

    inner join multipliers
        on requests.price_book = multipliers.price_book
        and requests.rate_model_id = multipliers.model_id

),

-- From each such day: the user's own prices before the book's, then the variant asked for before the standard.
chosen as (

    select
        boundaries.rate_request_id,
        boundaries.valid_from,
        candidates.price_book,
        candidates.model_id,
        candidates.price_variant,
        candidates.valid_from as price_valid_from,
        candidates.is_override

    from boundaries

    inner join candidates
        on boundaries.rate_request_id = candidates.rate_request_id
        and boundaries.valid_from >= candidates.valid_from
        and boundaries.valid_from < candidates.valid_to

    qualify row_number() over (
        partition by boundaries.rate_request_id, boundaries.valid_from
        order by
            candidates.is_override desc,
            case when candidates.price_variant = 'standard' then 1 else 0 end asc
    ) = 1

),

periods as (

    select
        requests.*,
        chosen.price_variant,
        chosen.price_valid_from,
        chosen.is_override,
        chosen.model_id,
        chosen.valid_from,
        coalesce(
            lead(chosen.valid_from) over (
                partition by chosen.rate_request_id
                order by chosen.valid_from asc
            ),
            date '9999-12-31'
        ) as valid_to

    from chosen

    inner join requests
        on chosen.rate_request_id = requests.rate_request_id

)

select * from periods
