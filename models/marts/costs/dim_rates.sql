with

request_rates as (

    select * from {{ ref('int_request_rates') }}

),

calls as (

    select * from {{ ref('fct_model_calls') }}

),

applied as (

    select distinct rate_id

    from calls

    where rate_id is not null

),

-- One rate can hold for many requests, and for each from another day on: its own period is the seed's.
rates as (

    select distinct
        request_rates.rate_id,
        request_rates.base_rate_id,
        request_rates.price_book,
        request_rates.model_id,
        request_rates.price_variant,
        request_rates.source,
        request_rates.source_version,
        request_rates.multiplier,
        request_rates.tier_start,
        {% for column in token_price_columns() %}
            request_rates.{{ column }},
        {% endfor %}
        request_rates.web_search_usd_per_kcount,
        request_rates.is_override,
        request_rates.rate_valid_from as valid_from,
        request_rates.rate_valid_to as valid_to,
        request_rates.source_date

    from applied

    inner join request_rates
        on applied.rate_id = request_rates.rate_id

)

select * from rates
