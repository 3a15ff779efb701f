-- The caveats are a vocabulary that the report prints and people filter by.

with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

known as (

    select
        model_call_id,
        rate_caveats,
        {{ replace_regex(
            'rate_caveats',
            "'\\b(vendor_price_book|model_name|undated_model|region|speed|service_tier|inference_geo|context_tier|cache_read_price|cache_write_price|web_search_price)\\b'",
            "''"
        ) }} as remainder

    from calls

),

off as (

    select *

    from known

    where trim(remainder) <> ''

)

select * from off
