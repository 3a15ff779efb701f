-- How people got on with sessions, by the day on which each ended; by month before by_day_since, where set.
select
    case
        when ended_on < getvariable('by_day_since') then cast(date_trunc('month', ended_on) as date)
        else ended_on
    end as ended_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    end_kind,
    count(*) as session_count,
    count(*) filter (where has_friction) as friction_session_count,
    cast(sum(prompt_count) as bigint) as prompt_count,
    cast(sum(friction_prompt_count) as bigint) as friction_prompt_count,
    cast(sum(negative_prompt_count) as bigint) as negative_prompt_count,
    cast(sum(corrected_prompt_count) as bigint) as corrected_prompt_count,
    cast(sum(repeated_prompt_count) as bigint) as repeated_prompt_count,
    cast(sum(interrupt_count) as bigint) as interrupt_count,
    cast(sum(denial_count) as bigint) as denial_count
from fct_friction
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
    end_kind
