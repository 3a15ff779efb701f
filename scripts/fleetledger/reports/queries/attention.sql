-- The sessions that a person should look at, by the sum of their points, with each reason; the highest score first.
with

reasons as (

    select fct_attention.* from fct_attention

    inner join fct_sessions
        on fct_attention.session_id = fct_sessions.session_id

    where
        ($fleet is null or fct_sessions.fleet = $fleet)
        and ($host is null or fct_sessions.host = $host)
        and ($account is null or fct_sessions.account = $account)
        and ($project is null or contains(lower(fct_sessions.project), lower($project)))
        and ($since_at is null or fct_sessions.ended_at >= $since_at)
        and ($until_at is null or fct_sessions.started_at < $until_at)

),

scored as (

    select
        session_id,
        cast(sum(points) as bigint) as score,
        string_agg(
            signal || ' +' || points || case when evidence_count > 1 then ' (' || evidence_count || ')' else '' end,
            ', ' order by points desc, signal asc
        ) as reasons

    from reasons

    group by session_id

)

select
    scored.score,
    scored.session_id,
    fct_sessions.fleet,
    fct_sessions.account,
    fct_sessions.project,
    fct_sessions.title,
    fct_sessions.outcome_class,
    fct_sessions.ended_at,
    strftime(timezone($timezone, timezone('UTC', fct_sessions.ended_at)), '%Y-%m-%d %H:%M') as ended_at_local,
    scored.reasons,
    count(*) over () as session_count

from scored

inner join fct_sessions
    on scored.session_id = fct_sessions.session_id

order by
    scored.score desc,
    fct_sessions.ended_at desc nulls last,
    scored.session_id asc

limit $limit
