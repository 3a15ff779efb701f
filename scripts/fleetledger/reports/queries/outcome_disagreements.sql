-- The tasks of which a person says something else than the rules.
select
    task_id,
    label,
    rule_outcome_class,
    rule_outcome_confidence,
    rule_outcome_rule

from fct_outcome_labels

where
    not agrees
    and ($fleet is null or fleet = $fleet)
    and ($host is null or host = $host)
    and ($account is null or account = $account)
    and ($project is null or contains(lower(project), lower($project)))
    and ($since_at is null or ended_at >= $since_at)
    and ($until_at is null or ended_at < $until_at)

order by
    rule_outcome_class asc,
    label asc,
    task_id asc
