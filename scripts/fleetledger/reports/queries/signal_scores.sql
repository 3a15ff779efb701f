-- How sessions did by scorers, by each of $groupings, which are lists of keys.
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
        fct_scores.*,
        session_models.model

    from fct_scores

    left join session_models
        on fct_scores.session_id = session_models.session_id

    where
        ($fleet is null or fct_scores.fleet = $fleet)
        and ($host is null or fct_scores.host = $host)
        and ($account is null or fct_scores.account = $account)
        and ($project is null or contains(lower(fct_scores.project), lower($project)))
        and ($model is null or fct_scores.session_id in (select models.session_id from models))
        and ($since_at is null or fct_scores.ended_at >= $since_at)
        and ($until_at is null or fct_scores.ended_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.ended_on) end as month,
        case when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.ended_on) end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        case when list_contains(groupings.keys, 'scored_by') then filtered.scored_by end as scored_by,
        case when list_contains(groupings.keys, 'scorer') then filtered.scorer end as scorer,
        filtered.session_id,
        filtered.wrong_count,
        filtered.of_count,
        filtered.score

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
    scored_by,
    scorer,
    count(score) as scores,
    count(distinct session_id) as sessions,
    count(*) filter (where score = 1) as faultless_scores,
    coalesce(cast(sum(wrong_count) as bigint), 0) as wrong,
    coalesce(cast(sum(of_count) as bigint), 0) as out_of,
    median(score) as median_score,
    min(score) as lowest_score

from keyed

group by all

having count(score) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    median_score asc nulls last,
    lowest_score asc nulls last,
    project asc,
    model asc,
    scored_by asc,
    scorer asc
