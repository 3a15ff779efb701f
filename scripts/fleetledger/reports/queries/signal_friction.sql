-- How people got on with sessions, by each of $groupings, which are lists of keys.
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
        fct_friction.*,
        session_models.model

    from fct_friction

    left join session_models
        on fct_friction.session_id = session_models.session_id

    where
        ($fleet is null or fct_friction.fleet = $fleet)
        and ($host is null or fct_friction.host = $host)
        and ($account is null or fct_friction.account = $account)
        and ($project is null or contains(lower(fct_friction.project), lower($project)))
        and ($model is null or fct_friction.session_id in (select models.session_id from models))
        and ($since_at is null or fct_friction.ended_at >= $since_at)
        and ($until_at is null or fct_friction.ended_at < $until_at)

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
        filtered.session_id,
        filtered.prompt_count,
        filtered.negative_prompt_count,
        filtered.corrected_prompt_count,
        filtered.repeated_prompt_count,
        filtered.friction_prompt_count,
        filtered.interrupt_count,
        filtered.denial_count,
        filtered.has_friction,
        filtered.end_kind

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
    count(session_id) as sessions,
    count(*) filter (where has_friction) as friction_sessions,
    coalesce(cast(sum(prompt_count) as bigint), 0) as prompts,
    coalesce(cast(sum(friction_prompt_count) as bigint), 0) as friction_prompts,
    coalesce(cast(sum(negative_prompt_count) as bigint), 0) as negative_prompts,
    coalesce(cast(sum(corrected_prompt_count) as bigint), 0) as corrected_prompts,
    coalesce(cast(sum(repeated_prompt_count) as bigint), 0) as repeated_prompts,
    coalesce(cast(sum(interrupt_count) as bigint), 0) as interrupts,
    coalesce(cast(sum(denial_count) as bigint), 0) as denials,
    count(*) filter (where end_kind = 'abrupt') as abrupt_sessions,
    count(*) filter (where end_kind = 'signed_off') as signed_off_sessions

from keyed

group by all

having count(session_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    friction_prompts desc nulls last,
    project asc,
    model asc
