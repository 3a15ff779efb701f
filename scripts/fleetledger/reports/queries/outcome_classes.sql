-- The outcomes that tasks have, the most frequent first: how sure, and what they cost by kind. A task counts on the
-- day on which it ended.
with

tasks as (

    select
        tasks.*,
        signals.model

    from fct_tasks as tasks

    left join fct_task_signals as signals
        on tasks.task_id = signals.task_id

)

select
    tasks.outcome_class,
    classes.outcome_result,
    count(*) as tasks,
    count(*) filter (where tasks.outcome_confidence = 'definite') as definite,
    count(*) filter (where tasks.outcome_confidence = 'probable') as probable,
    count(*) filter (where tasks.outcome_confidence = 'inferred') as inferred,
    sum(tasks.billed_cost_usd) as billed_cost_usd,
    sum(tasks.subscription_cost_usd) as subscription_cost_usd,
    sum(tasks.unknown_cost_usd) as unknown_cost_usd

from tasks

left join dim_outcome_classes as classes
    on tasks.outcome_class = classes.outcome_class

where
    ($fleet is null or tasks.fleet = $fleet)
    and ($host is null or tasks.host = $host)
    and ($account is null or tasks.account = $account)
    and ($project is null or contains(lower(nfc_normalize(tasks.project)), lower($project)))
    and ($model is null or contains(lower(tasks.model), lower($model)))
    and ($since_at is null or tasks.ended_at >= $since_at)
    and ($until_at is null or tasks.ended_at < $until_at)

group by
    tasks.outcome_class,
    classes.outcome_result

order by
    tasks desc,
    tasks.outcome_class asc
