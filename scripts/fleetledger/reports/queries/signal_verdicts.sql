-- What judges said of sessions, by each of $groupings, which are lists of keys.
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
        fct_judge_verdicts.*,
        session_models.model

    from fct_judge_verdicts

    left join session_models
        on fct_judge_verdicts.session_id = session_models.session_id

    where
        ($fleet is null or fct_judge_verdicts.fleet = $fleet)
        and ($host is null or fct_judge_verdicts.host = $host)
        and ($account is null or fct_judge_verdicts.account = $account)
        and ($project is null or contains(lower(fct_judge_verdicts.project), lower($project)))
        and ($model is null or fct_judge_verdicts.session_id in (select models.session_id from models))
        and ($since_at is null or fct_judge_verdicts.ended_at >= $since_at)
        and ($until_at is null or fct_judge_verdicts.ended_at < $until_at)

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
        case when list_contains(groupings.keys, 'judge') then filtered.judge end as judge,
        case when list_contains(groupings.keys, 'criterion') then filtered.criterion end as criterion,
        filtered.session_id,
        filtered.is_wrong,
        filtered.severity,
        filtered.rejected_for,
        filtered.agrees

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
    judge,
    criterion,
    count(distinct session_id) as sessions,
    count(is_wrong) as verdicts,
    count(*) filter (where is_wrong) as faults,
    count(*) filter (where is_wrong and severity = 'high') as severe_faults,
    count(rejected_for) as rejected_verdicts,
    count(agrees) as labelled_verdicts,
    count(*) filter (where agrees) as agreeing_verdicts

from keyed

group by all

having count(session_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    faults desc nulls last,
    project asc,
    model asc,
    judge asc,
    criterion asc
