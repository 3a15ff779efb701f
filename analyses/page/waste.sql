-- What could have been saved, by the day on which it was paid for; rules are about different parts of a cost, so that
-- amounts of one kind of money add up; by month before by_day_since, where set.
with

found as (

    select
        waste.*,
        cast(
            case
                when build_info.reporting_timezone = 'UTC' then waste.found_at
                else timezone(build_info.reporting_timezone, timezone('UTC', waste.found_at))
            end as date
        ) as found_on
    from fct_waste as waste
    cross join build_info

)

select
    case
        when found_on < getvariable('by_day_since') then cast(date_trunc('month', found_on) as date)
        else found_on
    end as found_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    cost_kind,
    rule,
    count(*) as finding_count,
    count(cost_usd) as priced_finding_count,
    cast(sum(tokens) as bigint) as tokens,
    sum(cost_usd) as cost_usd
from found
where
    (getvariable('since') is null or found_on >= getvariable('since'))
    and (getvariable('until') is null or found_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
    and (getvariable('kind') is null or cost_kind = getvariable('kind'))
group by all
order by
    found_on,
    fleet,
    host,
    account,
    project,
    model,
    cost_kind,
    rule
