-- Whether standing instructions were kept, by each of $groupings, which are lists of keys.
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
        fct_directives.*,
        session_models.model

    from fct_directives

    left join session_models
        on fct_directives.session_id = session_models.session_id

    where
        ($fleet is null or fct_directives.fleet = $fleet)
        and ($host is null or fct_directives.host = $host)
        and ($account is null or fct_directives.account = $account)
        and ($project is null or contains(lower(fct_directives.project), lower($project)))
        and ($model is null or fct_directives.session_id in (select models.session_id from models))
        and ($since_at is null or fct_directives.ended_at >= $since_at)
        and ($until_at is null or fct_directives.ended_at < $until_at)

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
        case when list_contains(groupings.keys, 'directive') then filtered.directive end as directive,
        filtered.session_id,
        filtered.call_count,
        filtered.broken_call_count,
        filtered.is_kept

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
    directive,
    count(session_id) as sessions_of_directives,
    count(*) filter (where not is_kept) as breaking_sessions,
    cast(sum(call_count) as bigint) as calls,
    coalesce(cast(sum(broken_call_count) as bigint), 0) as broken_calls

from keyed

group by all

having count(session_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    broken_calls desc nulls last,
    project asc,
    model asc,
    directive asc
