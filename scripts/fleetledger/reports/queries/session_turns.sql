-- The turns of a session that have calls: what they cost, and how large the context of the last call was.
with

contexts as (

    select
        turn_id,
        max_by(
            input_tokens
            + coalesce(cache_read_tokens, 0)
            + coalesce(cache_write_5m_tokens, 0)
            + coalesce(cache_write_1h_tokens, 0),
            called_at
        ) as context_tokens

    from fct_model_calls

    where session_id = $session_id

    group by turn_id

)

select
    turns.turn_id,
    turns.billed_cost_usd,
    turns.subscription_cost_usd,
    turns.unknown_cost_usd,
    turns.model_call_count,
    turns.unpriced_call_count,
    contexts.context_tokens

from fct_turns as turns

left join contexts
    on turns.turn_id = contexts.turn_id

where turns.session_id = $session_id
