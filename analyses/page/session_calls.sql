-- The calls of a session in order; the context of a call is all that it read.
select
    calls.session_id,
    calls.called_at,
    turns.turn_number,
    calls.agent_id,
    calls.model,
    calls.cost_kind,
    calls.input_tokens,
    calls.cache_read_tokens,
    calls.cache_write_5m_tokens + calls.cache_write_1h_tokens as cache_write_tokens,
    calls.output_tokens,
    calls.cost_usd,
    calls.stop_reason,
    calls.usage_is_final,
    calls.rate_caveats
from fct_model_calls as calls
left join fct_turns as turns
    on calls.turn_id = turns.turn_id
where
    -- By their places: what a refresh wrote last stands together, and the columns of all others are not read.
    calls.rowid in (
        select placed.rowid
        from fct_model_calls as placed
        where placed.session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
    )
order by
    calls.session_id,
    calls.called_at,
    calls.model_call_id
