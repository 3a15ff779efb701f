-- Tasks that nobody has labelled, in the order in which $seed draws them: of those that pass the filters, which are the
-- same for everybody who names the seed.
with

unlabelled as (

    select
        tasks.task_id,
        tasks.session_id,
        tasks.fleet,
        tasks.project,
        tasks.title,
        tasks.is_subagent,
        strftime(timezone($timezone, timezone('UTC', tasks.ended_at)), '%Y-%m-%d %H:%M') as ended_at_local,
        tasks.exit_reason,
        tasks.lines_added,
        tasks.lines_removed,
        tasks.tool_call_count,
        tasks.outcome_class,
        tasks.outcome_confidence,
        tasks.outcome_rationale

    from fct_tasks as tasks

    left join fct_outcome_labels as labels
        on tasks.task_id = labels.task_id

    where
        labels.task_id is null
        and ($fleet is null or tasks.fleet = $fleet)
        and ($host is null or tasks.host = $host)
        and ($account is null or tasks.account = $account)
        and ($project is null or contains(lower(tasks.project), lower($project)))
        and ($since_at is null or tasks.ended_at >= $since_at)
        and ($until_at is null or tasks.ended_at < $until_at)

)

select *

from unlabelled

order by md5($seed || ' ' || task_id)

limit $most
