-- What came of work, by the day on which it ended: main tasks, with what their sub-agents cost.
select *
from page_outcomes
where
    (getvariable('since') is null or ended_on >= getvariable('since'))
    and (getvariable('until') is null or ended_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('provider') is null or provider = getvariable('provider'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
order by
    ended_on,
    fleet,
    host,
    account,
    provider,
    project,
    model,
    outcome_class,
    outcome_confidence,
    mu_outcome_class
