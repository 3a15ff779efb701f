-- The sessions that were active within the filters' days, the most recently active first. `outcome_class` is that of
-- the session's last task that is no sub-agent's.
with

sessions as (

    select * from fct_sessions

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($since_at is null or ended_at >= $since_at)
        and ($until_at is null or started_at < $until_at)

),

outcomes as (

    select
        session_id,
        max_by(outcome_class, coalesce(ended_at, timestamp '0001-01-01')) as outcome_class

    from fct_tasks

    where not is_subagent

    group by session_id

)

select
    sessions.session_id,
    sessions.parent_session_id,
    sessions.fleet,
    sessions.host,
    sessions.account,
    sessions.project,
    sessions.started_in,
    sessions.title,
    sessions.started_at,
    sessions.ended_at,
    outcomes.outcome_class,
    sessions.billed_cost_usd,
    sessions.subscription_cost_usd,
    sessions.unknown_cost_usd,
    sessions.model_call_count,
    sessions.unpriced_call_count,
    strftime(
        timezone($timezone, timezone('UTC', coalesce(sessions.ended_at, sessions.started_at))), '%Y-%m-%d %H:%M'
    ) as last_active_local,
    count(*) over () as session_count

from sessions

left join outcomes
    on sessions.session_id = outcomes.session_id

where $session_id is null or sessions.session_id = $session_id

order by
    coalesce(sessions.ended_at, sessions.started_at) desc nulls last,
    sessions.session_id

limit $limit
