{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

parsed as (

    select
        {{ line_id() }} as line_id,
        {{ parse_json(
            line_json(),
            '{"totalCostUSD": "VARCHAR", "hasUnknownModelCost": "BOOLEAN", "modelUsage": "MAP(VARCHAR, STRUCT(inputTokens VARCHAR, outputTokens VARCHAR, cacheReadInputTokens VARCHAR, cacheCreationInputTokens VARCHAR, webSearchRequests VARCHAR))"}'
        ) }} as state

    from landed

    where
        line_status <> 'rejected'
        and record_type = 'cost-state'

),

by_model as (

    select
        line_id,
        unnest(map_values(state.modelusage)) as usage

    from parsed

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
        parsed.line_id,
        {{ usd_from_json('parsed.state.totalcostusd') }} as cost_usd,
        coalesce(parsed.state.hasunknownmodelcost, false) as has_unknown_model_cost,
        summed.input_tokens,
        summed.output_tokens,
        summed.cache_read_tokens,
        summed.cache_write_tokens,
        summed.web_search_requests

    from parsed

    left join summed
        on parsed.line_id = summed.line_id

)

select * from states
