-- What is missing of sessions of which there is a transcript or telemetry, the most sessions first.
with

sessions as (

    select session_id from fct_sessions

    where
        ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))

)

select
    gap,
    count(*) as sessions,
    cast(sum(transcript_call_count) as bigint) as transcript_calls,
    cast(sum(telemetry_request_count) as bigint) as telemetry_requests,
    min(first_request_at) as first_request_at,
    max(first_request_at) as last_request_at,
    min_by(session_id, first_request_at) as example_session_id

from fct_reconciliation_sessions

where
    ($fleet is null or $fleet = 'claude_code')
    and ($host is null or host = $host)
    and ($since_at is null or first_request_at >= $since_at)
    and ($until_at is null or first_request_at < $until_at)
    and (
        ($account is null and $project is null)
        or session_id in (select sessions.session_id from sessions)
    )

group by gap

order by
    gap asc nulls first
