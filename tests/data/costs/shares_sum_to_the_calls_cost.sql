-- The shares of the tools that a model call asked for sum to its cost, to the last decimal; without one they are null.
with

shares as (

    select
        model_call_id,
        sum(shared_cost_usd) as shared_cost_usd,
        count(shared_cost_usd) as share_count,
        count(*) as tool_call_count

    from {{ ref('fct_tool_calls') }}

    where model_call_id is not null

    group by model_call_id

)

select
    shares.*,
    model_calls.cost_usd

from shares

inner join {{ ref('fct_model_calls') }} as model_calls
    on shares.model_call_id = model_calls.model_call_id

where
    shares.shared_cost_usd is distinct from model_calls.cost_usd
    or shares.share_count <> case when model_calls.cost_usd is null then 0 else shares.tool_call_count end
