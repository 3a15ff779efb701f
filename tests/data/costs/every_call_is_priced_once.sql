-- Pricing joins rates to calls: a gap or an overlap in the rates would lose calls or pay them twice. Where telemetry
-- corrected a count, the logged one is told beside it.

with

calls as (

    select * from {{ ref('int_model_calls') }}

),

priced as (

    select * from {{ ref('fct_model_calls') }}

),

counts as (

    select
        (select count(*) from calls) as call_count,
        (select count(*) from priced) as priced_count,
        (select sum(input_tokens) from calls) as call_input_tokens,
        (select sum(input_tokens) from priced) as priced_input_tokens,
        (select sum(output_tokens) from calls) as call_output_tokens,
        (select sum(coalesce(logged_output_tokens, output_tokens)) from priced) as priced_output_tokens

),

off as (

    select *

    from counts

    where
        call_count <> priced_count
        or call_input_tokens is distinct from priced_input_tokens
        or call_output_tokens is distinct from priced_output_tokens

)

select * from off
