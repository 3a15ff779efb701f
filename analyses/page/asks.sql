-- The dearest prompts of people, each with all that followed it up to the next one.
select
    left(sha256(asks.session_id), 16) as session_key,
    asks.session_id,
    sessions.title,
    asks.fleet,
    asks.host,
    asks.account,
    asks.project,
    asks.turn_number,
    asks.prompted_at,
    asks.prompted_on,
    asks.answered_ms,
    asks.subagent_count,
    asks.model_call_count,
    asks.tool_call_count,
    asks.tool_error_count,
    asks.billed_cost_usd,
    asks.subscription_cost_usd
from fct_asks as asks
left join page_sessions as sessions
    on asks.session_id = sessions.session_id
where
    (getvariable('since') is null or asks.prompted_on >= getvariable('since'))
    and (getvariable('until') is null or asks.prompted_on <= getvariable('until'))
    and (getvariable('fleet') is null or asks.fleet = getvariable('fleet'))
    and (getvariable('host') is null or asks.host = getvariable('host'))
    and (getvariable('account') is null or asks.account = getvariable('account'))
    and (getvariable('project') is null or asks.project = getvariable('project'))
order by
    greatest(asks.billed_cost_usd, asks.subscription_cost_usd) desc nulls last,
    asks.turn_id asc
limit 1000
