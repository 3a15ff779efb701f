-- The tasks of a session: its main thread and sub-agents, with what came of each and why.
select
    session_id,
    task_id,
    agent_id,
    is_subagent,
    exit_reason,
    outcome_class,
    outcome_confidence,
    outcome_rationale,
    mu_outcome_class,
    evidence_coverage,
    started_at,
    active_ms,
    model_call_count,
    tool_call_count,
    tool_error_count,
    billed_cost_usd,
    subscription_cost_usd,
    unknown_cost_usd
from fct_tasks
where session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
order by
    session_id,
    is_subagent,
    started_at,
    task_id
