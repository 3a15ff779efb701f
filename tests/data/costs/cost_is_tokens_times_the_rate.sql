-- What a reader can check by hand: the tokens of each bucket times the published rate give the cost, to the last digit.

with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

rates as (

    select * from {{ ref('dim_rates') }}

),

recomputed as (

    select
        calls.model_call_id,
        calls.rate_id,
        calls.cost_usd,
        {{ usd('calls.input_tokens', 'rates.input_usd_per_mtok') }}
        + {{ usd('calls.output_tokens', 'rates.output_usd_per_mtok') }}
        + {{ usd('coalesce(calls.cache_read_tokens, 0)', 'rates.cache_read_usd_per_mtok') }}
        + {{ usd('coalesce(calls.cache_write_5m_tokens, 0)', 'rates.cache_write_5m_usd_per_mtok') }}
        + {{ usd('coalesce(calls.cache_write_1h_tokens, 0)', 'rates.cache_write_1h_usd_per_mtok') }}
        + case
            when rates.web_search_usd_per_kcount is null then 0
            else {{ usd_per_thousand('coalesce(calls.web_search_requests, 0)', 'rates.web_search_usd_per_kcount') }}
        end as recomputed_usd

    from calls

    left join rates
        on calls.rate_id = rates.rate_id

    where calls.rate_id is not null

),

off as (

    select *

    from recomputed

    where cost_usd is distinct from recomputed_usd

)

select * from off
