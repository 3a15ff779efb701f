-- The tools of a session, and how often each failed.
select
    session_id,
    tool_name,
    count(*) as tool_call_count,
    count(is_error) as result_count,
    count(*) filter (where is_error) as tool_error_count,
    cast(round(quantile_cont(duration_ms, 0.5)) as bigint) as duration_p50_ms
from fct_tool_calls
where session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
group by
    session_id,
    tool_name
order by
    session_id asc,
    tool_call_count desc,
    tool_name asc
