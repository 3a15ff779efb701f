with

list_rates as (

    select * from {{ ref('int_list_rates') }}

),

own_prices as (

    select * from {{ ref('stg_settings__prices') }}

),

unioned as (

    {% for source, is_override in [('list_rates', 'false'), ('own_prices', 'true')] -%}
        select
            rate_id,
            price_book,
            model_id,
            match_names,
            match_regex,
            match_not_regex,
            coalesce(price_variant, 'standard') as price_variant,
            coalesce(valid_from, date '1970-01-01') as valid_from,
            cast(coalesce(tier_start, 0) as bigint) as tier_start,
            input_usd_per_mtok,
            output_usd_per_mtok,
            cache_read_usd_per_mtok,
            cache_write_5m_usd_per_mtok,
            cache_write_1h_usd_per_mtok,
            web_search_usd_per_kcount,
            {{ is_override }} as is_override,
            source,
            source_version,
            source_date

        from {{ source }}

        {% if not loop.last -%}
            union all

        {% endif -%}
    {% endfor %}

),

periods as (

    select
        is_override,
        price_book,
        model_id,
        price_variant,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by is_override, price_book, model_id, price_variant
                order by valid_from asc
            ),
            date '9999-12-31'
        ) as valid_to,
        max(tier_start) > 0 as is_tiered

    from unioned

    group by
        is_override,
        price_book,
        model_id,
        price_variant,
        valid_from

),

rates as (

    select
        unioned.rate_id,
        unioned.price_book,
        unioned.model_id,
        unioned.match_names,
        unioned.match_regex,
        unioned.match_not_regex,
        unioned.price_variant,
        unioned.source,
        unioned.source_version,
        unioned.source_date,
        unioned.valid_from,
        periods.valid_to,
        unioned.tier_start,
        coalesce(
            lead(unioned.tier_start) over (
                partition by
                    unioned.is_override,
                    unioned.price_book,
                    unioned.model_id,
                    unioned.price_variant,
                    unioned.valid_from
                order by unioned.tier_start asc
            ),
            9223372036854775807
        ) as tier_end,
        unioned.input_usd_per_mtok,
        unioned.output_usd_per_mtok,
        coalesce(unioned.cache_read_usd_per_mtok, unioned.input_usd_per_mtok) as cache_read_usd_per_mtok,
        coalesce(unioned.cache_write_5m_usd_per_mtok, unioned.input_usd_per_mtok) as cache_write_5m_usd_per_mtok,
        coalesce(
            unioned.cache_write_1h_usd_per_mtok,
            unioned.cache_write_5m_usd_per_mtok,
            unioned.input_usd_per_mtok
        ) as cache_write_1h_usd_per_mtok,
        unioned.web_search_usd_per_kcount,
        unioned.is_override,
        periods.is_tiered,
        unioned.cache_read_usd_per_mtok is not null as has_cache_read_price,
        unioned.cache_write_5m_usd_per_mtok is not null as has_cache_write_5m_price,
        unioned.cache_write_1h_usd_per_mtok is not null as has_cache_write_1h_price

    from unioned

    inner join periods
        on unioned.is_override = periods.is_override
        and unioned.price_book = periods.price_book
        and unioned.model_id = periods.model_id
        and unioned.price_variant = periods.price_variant
        and unioned.valid_from = periods.valid_from

)

select * from rates
