-- Sessions that a person should look at: the sum of the points of what speaks for it, and what that is.
with

scores as (

    select
        session_id,
        cast(sum(points) as bigint) as score,
        string_agg(signal, ', ' order by points desc, signal asc) as signals
    from fct_attention
    group by session_id

)

select
    left(sha256(sessions.session_id), 16) as session_key,
    sessions.session_id,
    sessions.title,
    sessions.project,
    sessions.fleet,
    sessions.host,
    sessions.account,
    sessions.provider,
    sessions.model,
    sessions.started_on,
    sessions.outcome_class,
    sessions.outcome_result,
    scores.score,
    scores.signals
from scores
inner join page_sessions as sessions
    on scores.session_id = sessions.session_id
order by
    scores.score desc,
    sessions.started_at desc nulls last,
    sessions.session_id asc
limit 2000
