with

model_rates as (

    select * from {{ ref('model_rates') }}

),

rate_supplements as (

    select * from {{ ref('rate_supplements') }}

),

-- What the generated list says holds; what it leaves empty, a whole row or a price, the supplement fills.
rates as (

    select
        {% for column in ['rate_id', 'price_book', 'model_id', 'match_names', 'match_regex', 'match_not_regex',
            'price_variant', 'valid_from', 'tier_start'] + token_price_columns() + ['web_search_usd_per_kcount',
            'source', 'source_version'] %}
            coalesce(model_rates.{{ column }}, rate_supplements.{{ column }}) as {{ column }},
        {% endfor %}
        coalesce(model_rates.source_date, rate_supplements.source_date) as source_date

    from model_rates

    full outer join rate_supplements
        on model_rates.rate_id = rate_supplements.rate_id

)

select * from rates
