-- The session with the largest amount of one cost kind, and that kind; no row where no session cost anything.
with

summed as (

    select
        session_id,
        cost_kind,
        sum(cost_usd) as cost_usd,
        count(*) filter (where usage_source <> 'task_telemetry') as model_call_count

    from fct_model_calls

    where
        session_id is not null
        and ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

    group by
        session_id,
        cost_kind

    having sum(cost_usd) > 0

    order by
        cost_usd desc,
        session_id asc,
        cost_kind asc

    limit 1

)

select
    summed.*,
    sessions.fleet,
    sessions.account,
    sessions.project,
    sessions.title

from summed

left join fct_sessions as sessions
    on summed.session_id = sessions.session_id
