with

requests as (

    select * from {{ ref('int_possible_requests') }}

),

request_rates as (

    select * from {{ ref('int_request_rates') }}

),

rates as (

    select
        requests.provider,
        requests.model,
        requests.speed,
        requests.service_tier,
        requests.inference_geo,
        request_rates.rate_id,
        request_rates.price_book,
        request_rates.model_id as rate_model_id,
        request_rates.request_caveats as rate_caveats,
        request_rates.multiplier,
        request_rates.tier_start,
        request_rates.tier_end,
        {% for column in token_price_columns() %}
            request_rates.{{ column }},
        {% endfor %}
        cast(coalesce(request_rates.web_search_usd_per_kcount, 0) as {{ rate_type() }}) as web_search_usd_per_kcount,
        request_rates.valid_from,
        request_rates.valid_to

    from requests

    inner join request_rates
        on requests.rate_request_id = request_rates.rate_request_id

)

select * from rates
