-- What tools were asked for, by day; a failure is a result that is marked as one.
select *
from page_tools
where
    (getvariable('since') is null or called_on >= getvariable('since'))
    and (getvariable('until') is null or called_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
order by
    called_on,
    fleet,
    host,
    account,
    project,
    tool_name,
    mcp_server,
    cost_kind
