-- Sub-agents by kind: each sub-agent's task once, however often it was called.
with

tasks as (

    select
        task_id,
        fleet,
        any_value(subagent_type order by called_at asc) as subagent_type,
        count(*) as call_count,
        max(model_call_count) as model_call_count,
        max(tool_call_count) as tool_call_count,
        max(billed_cost_usd) as billed_cost_usd,
        max(subscription_cost_usd) as subscription_cost_usd,
        max(unknown_cost_usd) as unknown_cost_usd
    from fct_subagents
    group by
        task_id,
        fleet

)

select
    fleet,
    subagent_type,
    cast(sum(call_count) as bigint) as call_count,
    count(task_id) as task_count,
    cast(sum(model_call_count) as bigint) as model_call_count,
    cast(sum(tool_call_count) as bigint) as tool_call_count,
    sum(billed_cost_usd) as billed_cost_usd,
    sum(subscription_cost_usd) as subscription_cost_usd,
    sum(unknown_cost_usd) as unknown_cost_usd
from tasks
group by
    fleet,
    subagent_type
order by
    fleet,
    subagent_type
