-- What tools were asked for, by day; a failure is a result that is marked as one. By month before by_day_since, where
-- that is set.
select
    case
        when called_on < getvariable('by_day_since') then cast(date_trunc('month', called_on) as date)
        else called_on
    end as called_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    tool_name,
    mcp_server,
    cost_kind,
    cast(sum(tool_call_count) as bigint) as tool_call_count,
    cast(sum(result_count) as bigint) as result_count,
    cast(sum(tool_error_count) as bigint) as tool_error_count,
    cast(sum(lines_added) as bigint) as lines_added,
    cast(sum(lines_removed) as bigint) as lines_removed,
    sum(shared_cost_usd) as shared_cost_usd
from page_tools
where
    (getvariable('since') is null or called_on >= getvariable('since'))
    and (getvariable('until') is null or called_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
group by all
order by
    called_on,
    fleet,
    host,
    account,
    project,
    tool_name,
    mcp_server,
    cost_kind
