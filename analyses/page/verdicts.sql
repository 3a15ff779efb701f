-- What judges said of sessions, by the day on which each ended; by month before by_day_since, where set.
select
    case
        when ended_on < getvariable('by_day_since') then cast(date_trunc('month', ended_on) as date)
        else ended_on
    end as ended_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    judge,
    criterion,
    count(is_wrong) as verdict_count,
    count(*) filter (where is_wrong) as fault_count,
    count(*) filter (where is_wrong and severity = 'high') as severe_fault_count,
    count(rejected_for) as rejected_count,
    count(agrees) as labelled_count,
    count(*) filter (where agrees) as agreeing_count
from fct_judge_verdicts
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
    judge,
    criterion
