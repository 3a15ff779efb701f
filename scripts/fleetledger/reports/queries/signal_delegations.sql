-- What sub-agents cost, and whether their results were used, by each of $groupings, which are lists of keys.
with

filtered as (

    select * from fct_delegations

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or started_at >= $since_at)
        and ($until_at is null or started_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.started_on) end as month,
        case when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.started_on) end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'subagent_type') then filtered.subagent_type end as subagent_type,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        filtered.task_id,
        filtered.wall_clock_ms,
        filtered.result_use,
        filtered.answer_characters,
        filtered.session_cost_share,
        filtered.tool_call_count,
        filtered.billed_cost_usd,
        filtered.subscription_cost_usd,
        filtered.unknown_cost_usd

    from groupings

    left join filtered
        on true

)

select
    keys,
    month,
    week,
    project,
    subagent_type,
    model,
    count(task_id) as delegations,
    count(*) filter (where result_use in ('files', 'answer', 'unused')) as judged_delegations,
    count(*) filter (where result_use = 'unused') as unused_delegations,
    count(*) filter (where result_use = 'failed') as failed_delegations,
    cast(median(wall_clock_ms) as bigint) as median_wall_clock_ms,
    cast(median(answer_characters) as bigint) as median_answer_characters,
    median(session_cost_share) as median_session_cost_share,
    coalesce(cast(sum(tool_call_count) as bigint), 0) as tool_calls,
    sum(billed_cost_usd) as billed_cost_usd,
    sum(subscription_cost_usd) as subscription_cost_usd,
    sum(unknown_cost_usd) as unknown_cost_usd

from keyed

group by all

having count(task_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    delegations desc nulls last,
    project asc,
    subagent_type asc,
    model asc
