-- How contexts were compacted, and what that relieved and cost, by each of $groupings, which are lists of keys.
with

models as (

    select session_id from fct_model_calls

    where
        $model is not null
        and contains(lower(model), lower($model))

),

session_models as (

    select
        session_id,
        max_by(model, row(called_at, model_call_id)) filter (where called_at is not null) as model

    from fct_model_calls

    where list_contains(flatten(cast($groupings as varchar[][])), 'model')

    group by session_id

),

filtered as (

    select
        fct_compactions.*,
        session_models.model

    from fct_compactions

    left join session_models
        on fct_compactions.session_id = session_models.session_id

    where
        ($fleet is null or fct_compactions.fleet = $fleet)
        and ($host is null or fct_compactions.host = $host)
        and ($account is null or fct_compactions.account = $account)
        and ($project is null or contains(lower(fct_compactions.project), lower($project)))
        and ($model is null or fct_compactions.session_id in (select models.session_id from models))
        and ($since_at is null or fct_compactions.compacted_at >= $since_at)
        and ($until_at is null or fct_compactions.compacted_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.compacted_on) end as month,
        case when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.compacted_on) end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        case
            when list_contains(groupings.keys, 'compaction_trigger') then filtered.compaction_trigger
        end as compaction_trigger,
        filtered.compaction_id,
        filtered.session_id,
        filtered.tokens_before,
        filtered.tokens_after,
        filtered.relief_share,
        filtered.is_mid_task,
        filtered.reread_file_count,
        filtered.cost_kind,
        filtered.cost_usd

    from groupings

    left join filtered
        on true

)

select
    keys,
    month,
    week,
    project,
    model,
    compaction_trigger,
    count(compaction_id) as compactions,
    count(distinct session_id) as sessions,
    cast(median(tokens_before) as bigint) as median_tokens_before,
    cast(median(tokens_after) as bigint) as median_tokens_after,
    median(relief_share) as median_relief_share,
    count(is_mid_task) as followed_compactions,
    count(*) filter (where is_mid_task) as mid_task_compactions,
    coalesce(cast(sum(reread_file_count) as bigint), 0) as reread_files,
    count(cost_usd) as costed_compactions,
    sum(cost_usd) filter (where cost_kind = 'billed') as billed_cost_usd,
    sum(cost_usd) filter (where cost_kind = 'subscription') as subscription_cost_usd,
    sum(cost_usd) filter (where cost_kind = 'unknown') as unknown_cost_usd

from keyed

group by all

having count(compaction_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    compactions desc nulls last,
    project asc,
    model asc,
    compaction_trigger asc
