-- The dearest sub-agents, each with its own cost, without those that it started itself, and what came of its result.
select
    left(sha256(agents.session_id), 16) as session_key,
    agents.session_id,
    sessions.title,
    agents.fleet,
    agents.host,
    agents.account,
    agents.project,
    agents.subagent_type,
    agents.model,
    agents.started_at,
    agents.started_on,
    agents.wall_clock_ms,
    agents.result_use,
    agents.session_cost_share,
    agents.model_call_count,
    agents.tool_call_count,
    agents.tool_error_count,
    agents.billed_cost_usd,
    agents.subscription_cost_usd
from fct_delegations as agents
left join page_sessions as sessions
    on agents.session_id = sessions.session_id
where
    (getvariable('since') is null or agents.started_on >= getvariable('since'))
    and (getvariable('until') is null or agents.started_on <= getvariable('until'))
    and (getvariable('fleet') is null or agents.fleet = getvariable('fleet'))
    and (getvariable('host') is null or agents.host = getvariable('host'))
    and (getvariable('account') is null or agents.account = getvariable('account'))
    and (getvariable('project') is null or agents.project = getvariable('project'))
    and (getvariable('model') is null or agents.model = getvariable('model'))
order by
    greatest(agents.billed_cost_usd, agents.subscription_cost_usd) desc nulls last,
    agents.task_id asc
limit 500
