-- The sessions that were active within the filters' days, the most recently active first.
select
    session_id,
    parent_session_id,
    fleet,
    host,
    account,
    project,
    started_in,
    title,
    started_at,
    ended_at,
    outcome_class,
    billed_cost_usd,
    subscription_cost_usd,
    unknown_cost_usd,
    model_call_count,
    unpriced_call_count,
    strftime(
        timezone($timezone, timezone('UTC', coalesce(ended_at, started_at))), '%Y-%m-%d %H:%M'
    ) as last_active_local,
    count(*) over () as session_count

from fct_sessions

where
    ($fleet is null or fleet = $fleet)
    and ($host is null or host = $host)
    and ($account is null or account = $account)
    and ($project is null or contains(lower(project), lower($project)))
    and ($since_at is null or ended_at >= $since_at)
    and ($until_at is null or started_at < $until_at)
    and ($session_id is null or session_id = $session_id)

order by
    coalesce(ended_at, started_at) desc nulls last,
    session_id

limit $limit
