-- How often each kind of tool fails, by what the log marks as an error.
-- Calls without a result are in neither number of the rate.
select
    fleet,
    tool_kind,
    count(case when is_error then tool_call_id end) as errors,
    count(is_error) as calls_with_result,
    count(*) as calls,
    round(count(case when is_error then tool_call_id end) / nullif(count(is_error), 0), 3) as error_rate
from fct_tool_calls
group by fleet, tool_kind
order by fleet asc, calls desc
