-- How long tools took from request to result, waiting for permission included; over all time, for shares do not add up.
select
    tool_name,
    count(duration_ms) as timed_call_count,
    cast(round(quantile_cont(duration_ms, 0.5)) as bigint) as duration_p50_ms,
    cast(round(quantile_cont(duration_ms, 0.95)) as bigint) as duration_p95_ms
from fct_tool_calls
where duration_ms is not null
group by tool_name
order by tool_name
