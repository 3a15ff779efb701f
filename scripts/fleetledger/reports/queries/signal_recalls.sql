-- What was put into contexts besides the conversation, by each of $groupings, which are lists of keys.
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
        fct_recalls.*,
        session_models.model

    from fct_recalls

    left join session_models
        on fct_recalls.session_id = session_models.session_id

    where
        ($fleet is null or fct_recalls.fleet = $fleet)
        and ($host is null or fct_recalls.host = $host)
        and ($account is null or fct_recalls.account = $account)
        and ($project is null or contains(lower(fct_recalls.project), lower($project)))
        and ($model is null or fct_recalls.session_id in (select models.session_id from models))
        and ($since_at is null or fct_recalls.recalled_at >= $since_at)
        and ($until_at is null or fct_recalls.recalled_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.recalled_on) end as month,
        case when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.recalled_on) end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        case when list_contains(groupings.keys, 'recall_source') then filtered.recall_source end as recall_source,
        case when list_contains(groupings.keys, 'item_name') then filtered.item_name end as item_name,
        filtered.line_id,
        filtered.session_id,
        filtered.item_name as recalled_item,
        filtered.item_tokens,
        filtered.item_characters

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
    recall_source,
    item_name,
    count(line_id) as recalls,
    count(distinct recalled_item) as items,
    count(distinct session_id) as sessions,
    count(item_tokens) as sized_recalls,
    cast(sum(item_tokens) as bigint) as tokens,
    cast(sum(item_characters) as bigint) as characters

from keyed

group by all

having count(line_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    recalls desc nulls last,
    project asc,
    model asc,
    recall_source asc,
    item_name asc
