-- How the responses of a session ended, by model.
select
    session_id,
    model,
    stop_reason,
    is_degraded,
    cast(sum(model_call_count) as bigint) as model_call_count
from fct_stop_reasons
where session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
group by
    session_id,
    model,
    stop_reason,
    is_degraded
order by
    session_id asc,
    model_call_count desc,
    model asc,
    stop_reason asc
