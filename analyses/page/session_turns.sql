-- The turns of a session's main thread, or of mu's tasks; what sub-agents used stands with their tasks.
select
    turns.session_id,
    turns.turn_number,
    turns.task_id,
    tasks.agent_id,
    turns.is_human,
    turns.prompted_at,
    turns.context_tokens,
    turns.output_tokens,
    turns.billed_cost_usd,
    turns.subscription_cost_usd,
    turns.unknown_cost_usd,
    turns.model_call_count,
    turns.tool_call_count,
    turns.tool_error_count,
    turns.lines_added,
    turns.lines_removed
from fct_turns as turns
left join fct_tasks as tasks
    on turns.task_id = tasks.task_id
where turns.session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
order by
    turns.session_id,
    tasks.is_subagent,
    tasks.started_at,
    turns.task_id,
    turns.turn_number
