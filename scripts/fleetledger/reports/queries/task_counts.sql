-- How many tasks there are, by each of $groupings, which are lists of keys; the most first. A task counts on the day
-- on which it ended.
with

tasks as (

    select
        tasks.*,
        signals.provider,
        signals.model

    from fct_tasks as tasks

    left join fct_task_signals as signals
        on tasks.task_id = signals.task_id

),

filtered as (

    select * from tasks

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or ended_at >= $since_at)
        and ($until_at is null or ended_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'evidence_coverage') then filtered.evidence_coverage end
            as evidence_coverage,
        case when list_contains(groupings.keys, 'mu_outcome_class') then filtered.mu_outcome_class end
            as mu_outcome_class,
        case when list_contains(groupings.keys, 'mu_outcome_confidence') then filtered.mu_outcome_confidence end
            as mu_outcome_confidence,
        case when list_contains(groupings.keys, 'exit_reason') then filtered.exit_reason end as exit_reason,
        case when list_contains(groupings.keys, 'mu_exit_reason') then filtered.mu_exit_reason end as mu_exit_reason,
        case when list_contains(groupings.keys, 'provider') then filtered.provider end as provider,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model

    from groupings

    cross join filtered

)

select
    *,
    count(*) as tasks

from keyed

group by all

order by
    tasks desc,
    evidence_coverage asc,
    mu_outcome_class asc,
    mu_outcome_confidence asc,
    exit_reason asc,
    mu_exit_reason asc,
    provider asc,
    model asc
