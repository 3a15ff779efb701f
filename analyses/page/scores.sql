-- What scorers say of sessions, by the day on which each ended: rules (`rules`), and judges by their names; by month
-- before by_day_since, where set.
select
    case
        when ended_on < getvariable('by_day_since') then cast(date_trunc('month', ended_on) as date)
        else ended_on
    end as ended_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    scorer,
    scored_by,
    count(*) as score_count,
    count(*) filter (where score = 1) as faultless_count,
    cast(sum(wrong_count) as bigint) as wrong_count,
    cast(sum(of_count) as bigint) as of_count
from fct_scores
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
    scorer,
    scored_by
