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
            is_rate_name_exact,
            is_override_name_exact

        from {{ requests }}

        {% if not loop.last -%}
            union all

        {% endif -%}
    {% endfor -%}

),

rates as (

    select * from {{ ref('int_rates') }}

),

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

),

-- Every price set that could hold for a request. A path that borrows the vendor's book borrows its standard prices
-- only.
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
            or (requests.asked_variant = rates.price_variant and requests.is_own_price_book)
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
        *,
        coalesce(
            lead(valid_from) over (
                partition by rate_request_id
                order by valid_from asc
            ),
            date '9999-12-31'
        ) as valid_to

    from chosen

),

-- What no row prices, a multiplier may: of the speed or the service tier (not of both), and of the geography.
multiplied as (

    select
        periods.rate_request_id,
        periods.valid_from,
        periods.valid_to,
        periods.price_book,
        periods.model_id,
        periods.price_variant,
        periods.price_valid_from,
        periods.is_override,
        requests.is_own_price_book,
        case
            when periods.is_override then requests.is_override_name_exact
            else requests.is_rate_name_exact
        end as is_name_exact,
        periods.price_variant = requests.asked_variant
        or variant_multipliers.multiplier is not null as is_variant_priced,
        requests.asked_inference_geo is null or geo_multipliers.multiplier is not null as is_geo_priced,
        requests.asked_speed,
        requests.asked_service_tier,
        cast(
            coalesce(variant_multipliers.multiplier, 1) * coalesce(geo_multipliers.multiplier, 1) as decimal(8, 4)
        ) as multiplier

    from periods

    inner join requests
        on periods.rate_request_id = requests.rate_request_id

    left join multipliers as variant_multipliers
        on requests.is_own_price_book
        and requests.price_book = variant_multipliers.price_book
        and requests.rate_model_id = variant_multipliers.model_id
        and requests.asked_variant = variant_multipliers.logged_value
        and case when requests.asked_speed is not null then 'speed' else 'service_tier' end
        = variant_multipliers.request_field
        and periods.price_variant = 'standard'
        and periods.valid_from >= variant_multipliers.valid_from
        and periods.valid_from < variant_multipliers.valid_to

    left join multipliers as geo_multipliers
        on requests.is_own_price_book
        and requests.price_book = geo_multipliers.price_book
        and requests.rate_model_id = geo_multipliers.model_id
        and requests.asked_inference_geo = geo_multipliers.logged_value
        and geo_multipliers.request_field = 'inference_geo'
        and periods.valid_from >= geo_multipliers.valid_from
        and periods.valid_from < geo_multipliers.valid_to

),

priced as (

    select
        multiplied.rate_request_id,
        rates.rate_id
        || case
            when multiplied.multiplier = 1 then ''
            else ':x' || {{ replace_regex('cast(multiplied.multiplier as varchar)', "'\\.?0+$'", "''") }}
        end as rate_id,
        rates.rate_id as base_rate_id,
        rates.price_book,
        rates.model_id,
        rates.price_variant,
        rates.source,
        rates.source_version,
        nullif(concat_ws(
            ' ',
            case when not multiplied.is_own_price_book then 'vendor_price_book' end,
            case when not multiplied.is_name_exact then 'undated_model' end,
            case when multiplied.asked_speed is not null and not multiplied.is_variant_priced then 'speed' end,
            case
                when multiplied.asked_service_tier is not null and not multiplied.is_variant_priced then 'service_tier'
            end,
            case when not multiplied.is_geo_priced then 'inference_geo' end
        ), '') as request_caveats,
        multiplied.multiplier,
        rates.tier_start,
        rates.tier_end,
        {% for column in token_price_columns() %}
            cast(rates.{{ column }} * multiplied.multiplier as {{ rate_type() }}) as {{ column }},
        {% endfor %}
        cast(rates.web_search_usd_per_kcount as {{ rate_type() }}) as web_search_usd_per_kcount,
        rates.is_override,
        rates.is_tiered,
        rates.has_cache_read_price,
        rates.has_cache_write_5m_price,
        rates.has_cache_write_1h_price,
        multiplied.valid_from,
        multiplied.valid_to,
        rates.valid_from as rate_valid_from,
        rates.valid_to as rate_valid_to,
        rates.source_date

    from multiplied

    inner join rates
        on multiplied.is_override = rates.is_override
        and multiplied.price_book = rates.price_book
        and multiplied.model_id = rates.model_id
        and multiplied.price_variant = rates.price_variant
        and multiplied.price_valid_from = rates.valid_from

)

select * from priced
