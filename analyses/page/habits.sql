-- Habits with tools, by the day of a session's first call of the tool: failures in a row, commands again and again,
-- files written over and over; by month before by_day_since, where set.
select
    case
        when first_called_on < getvariable('by_day_since') then cast(date_trunc('month', first_called_on) as date)
        else first_called_on
    end as first_called_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    tool_name,
    count(*) as session_count,
    cast(sum(tool_call_count) as bigint) as tool_call_count,
    cast(sum(answered_call_count) as bigint) as answered_call_count,
    cast(sum(tool_error_count) as bigint) as tool_error_count,
    cast(max(longest_error_streak) as bigint) as longest_error_streak,
    cast(sum(repeated_command_count) as bigint) as repeated_command_count,
    cast(sum(edit_loop_count) as bigint) as edit_loop_count
from fct_tool_habits
where
    (getvariable('since') is null or first_called_on >= getvariable('since'))
    and (getvariable('until') is null or first_called_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
group by all
order by
    first_called_on,
    fleet,
    host,
    account,
    project,
    tool_name
