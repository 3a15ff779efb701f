-- A rate with a multiplier in it is the exact product: the type of applied rates holds all digits of the seed's
-- price times the factor.

with

applied as (

    select * from {{ ref('int_request_rates') }}

),

rates as (

    select * from {{ ref('int_rates') }}

),

off as (

    select
        applied.rate_id,
        applied.multiplier

    from applied

    inner join rates
        on applied.base_rate_id = rates.rate_id

    where
        {% for column in token_price_columns() %}
            applied.{{ column }} <> rates.{{ column }} * applied.multiplier
            or
        {% endfor %}
        applied.web_search_usd_per_kcount <> rates.web_search_usd_per_kcount

)

select * from off
