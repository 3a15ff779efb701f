with

prices as (

    select
        rate_id,
        price_book,
        model_id,
        match_names,
        match_regex,
        match_not_regex,
        price_variant,
        valid_from,
        tier_start,
        input_usd_per_mtok,
        output_usd_per_mtok,
        cache_read_usd_per_mtok,
        cache_write_5m_usd_per_mtok,
        cache_write_1h_usd_per_mtok,
        web_search_usd_per_kcount,
        source,
        source_version,
        source_date

    from {{ source('settings', 'settings_prices') }}

)

select * from prices
