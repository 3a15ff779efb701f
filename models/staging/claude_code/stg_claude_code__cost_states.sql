{{ config(materialized='ephemeral') }}

with

records as (

    select * from {{ ref('stg_claude_code__side_records') }}

),

logged as (

    select * from records

    where record_type = 'cost-state'

),

by_model as (

    select
        line_id,
        unnest(usage_of_models) as usage

    from logged

),

summed as (

    select
        line_id,
        cast(sum({{ count_from_json('usage.inputtokens') }}) as bigint) as input_tokens,
        cast(sum({{ count_from_json('usage.outputtokens') }}) as bigint) as output_tokens,
        cast(sum({{ count_from_json('usage.cachereadinputtokens') }}) as bigint) as cache_read_tokens,
        cast(sum({{ count_from_json('usage.cachecreationinputtokens') }}) as bigint) as cache_write_tokens,
        cast(sum({{ count_from_json('usage.websearchrequests') }}) as bigint) as web_search_requests

    from by_model

    group by line_id

),

states as (

    select
        logged.line_id,
        logged.cost_usd,
        logged.has_unknown_model_cost,
        summed.input_tokens,
        summed.output_tokens,
        summed.cache_read_tokens,
        summed.cache_write_tokens,
        summed.web_search_requests

    from logged

    left join summed
        on logged.line_id = summed.line_id

)

select * from states
