-- What answers claimed, held against what tools did, by day; by month before by_day_since, where set.
select
    case
        when claimed_on < getvariable('by_day_since') then cast(date_trunc('month', claimed_on) as date)
        else claimed_on
    end as claimed_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    claim_kind,
    claim_verdict,
    count(*) as claim_count
from fct_claims
where
    (getvariable('since') is null or claimed_on >= getvariable('since'))
    and (getvariable('until') is null or claimed_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
group by all
order by
    claimed_on,
    fleet,
    host,
    account,
    project,
    model,
    claim_kind,
    claim_verdict
