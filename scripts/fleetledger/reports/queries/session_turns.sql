-- The turns of a session: what their calls cost, and how large the context of the last call was.
select
    turn_id,
    billed_cost_usd,
    subscription_cost_usd,
    unknown_cost_usd,
    model_call_count,
    unpriced_call_count,
    context_tokens

from fct_turns

where session_id = $session_id
