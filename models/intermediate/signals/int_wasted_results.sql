with

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

sizes as (

    select * from {{ ref('int_result_sizes') }}

),

rereads as (

    select * from {{ ref('int_rereads') }}

),

rates as (

    select * from {{ ref('dim_rates') }}

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

-- A result is paid for as what the next call writes to the cache, or reads anew where nothing is written.
results as (

    select
        tool_calls.tool_call_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.called_at,
        model_calls.model,
        model_calls.cost_kind,
        rereads.tool_call_id is not null as is_reread,
        sizes.result_characters / {{ threshold('characters_a_token') }} as result_tokens,
        cast(
            case
                when model_calls.cost_kind = 'free' then 0
                when coalesce(model_calls.cache_write_1h_tokens, 0) > coalesce(model_calls.cache_write_5m_tokens, 0)
                    then rates.cache_write_1h_usd_per_mtok
                when model_calls.cache_write_5m_tokens > 0 then rates.cache_write_5m_usd_per_mtok
                else rates.input_usd_per_mtok
            end as {{ rate_type() }}
        ) as usd_per_mtok

    from tool_calls

    inner join sizes
        on tool_calls.tool_call_id = sizes.tool_call_id

    inner join model_calls
        on tool_calls.model_call_id = model_calls.model_call_id

    left join rereads
        on tool_calls.tool_call_id = rereads.tool_call_id

    left join rates
        on model_calls.rate_id = rates.rate_id

    where
        rereads.tool_call_id is not null
        or sizes.result_characters > {{ threshold('long_result') }}

),

-- Of what was read again all is too much, of a long result what is beyond the bound.
wasted as (

    select
        tool_call_id,
        task_id,
        session_id,
        called_at,
        model,
        cost_kind,
        case when is_reread then 'reread' else 'long_result' end as rule,
        cast(
            result_tokens
            - case when is_reread then 0 else {{ threshold('long_result') }} / {{ threshold('characters_a_token') }} end
            as bigint
        ) as tokens,
        usd_per_mtok

    from results

)

select * from wasted
