-- Standing instructions, kept or broken: sessions that they bear on, by the day on which each ended; by month before
-- by_day_since, where set.
select
    case
        when ended_on < getvariable('by_day_since') then cast(date_trunc('month', ended_on) as date)
        else ended_on
    end as ended_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    directive,
    count(*) as session_count,
    count(*) filter (where not is_kept) as breaking_session_count,
    cast(sum(call_count) as bigint) as call_count,
    cast(sum(broken_call_count) as bigint) as broken_call_count
from fct_directives
where
    (getvariable('since') is null or ended_on >= getvariable('since'))
    and (getvariable('until') is null or ended_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
group by all
order by
    ended_on,
    fleet,
    host,
    account,
    project,
    directive
