-- The sessions that were active within the filters' days, the most recently active first.
select
    sessions.session_id,
    sessions.parent_session_id,
    sessions.fleet,
    sessions.host,
    sessions.account,
    sessions.project,
    sessions.started_in,
    sessions.transcript_place,
    coalesce(
        last.transcript_id, sessions.continued_in_session_id, sessions.transcript_id, sessions.session_id
    ) as resume_id,
    case
        when last.transcript_id is not null then last.resume_in
        when sessions.transcript_id is not null then sessions.resume_in
        else sessions.started_in
    end as resume_in,
    sessions.title,
    sessions.started_at,
    sessions.ended_at,
    sessions.outcome_class,
    sessions.billed_cost_usd,
    sessions.subscription_cost_usd,
    sessions.unknown_cost_usd,
    sessions.model_call_count,
    sessions.unpriced_call_count,
    strftime(
        timezone($timezone, timezone('UTC', coalesce(sessions.ended_at, sessions.started_at))), '%Y-%m-%d %H:%M'
    ) as last_active_local,
    count(*) over () as session_count

from fct_sessions as sessions

left join fct_sessions as last
    on sessions.continued_in_session_id = last.session_id

where
    ($fleet is null or sessions.fleet = $fleet)
    and ($host is null or sessions.host = $host)
    and ($account is null or sessions.account = $account)
    and ($project is null or contains(lower(nfc_normalize(sessions.project)), lower($project)))
    and ($since_at is null or sessions.ended_at >= $since_at)
    and ($until_at is null or sessions.started_at < $until_at)
    and ($session_id is null or sessions.session_id = $session_id)

order by
    coalesce(sessions.ended_at, sessions.started_at) desc nulls last,
    sessions.session_id

limit $limit
