-- The tools of a session: how often each failed, failures in a row, commands again and again, files
-- written over and over.
with

tools as (

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

)

select
    tools.session_id,
    tools.tool_name,
    tools.tool_call_count,
    tools.result_count,
    tools.tool_error_count,
    tools.duration_p50_ms,
    habits.longest_error_streak,
    habits.repeated_command_count,
    habits.edit_loop_count
from tools
left join fct_tool_habits as habits
    on tools.session_id = habits.session_id
    and tools.tool_name = habits.tool_name
order by
    tools.session_id asc,
    tools.tool_call_count desc,
    tools.tool_name asc
