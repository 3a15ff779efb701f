-- A call's cost is the exact sum of its parts, and a cost stands exactly where all of its parts do. Every other
-- total is built on it.

with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

off as (

    select *

    from calls

    where
        cost_usd is distinct from
        input_cost_usd + output_cost_usd + cache_read_cost_usd + cache_write_cost_usd + web_search_cost_usd

)

select * from off
