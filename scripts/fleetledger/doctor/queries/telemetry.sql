-- Of each host whose sessions telemetry was received of in the last 30 days: how many sessions the last 7 had, of how
-- many something is missing, and how many of the newest, a row of them, sent nothing. The last minutes of the logs say
-- nothing yet: what a client has to send is still on its way.
with

build as (

    select as_of from build_info

),

sessions as (

    select
        sessions.*,
        coalesce(sessions.gap, '') <> 'no_telemetry' as is_heard

    from fct_reconciliation_sessions as sessions

    cross join build

    where
        sessions.transcript_call_count > 0
        and sessions.first_request_at < build.as_of - interval 10 minutes
        and sessions.first_request_at >= build.as_of - interval 30 days

),

hosts as (

    select
        host,
        max(first_request_at) filter (where is_heard) as last_heard_at

    from sessions

    group by host

    having bool_or(is_heard)

),

last_sessions as (

    select sessions.*

    from sessions

    cross join build

    where sessions.first_request_at >= build.as_of - interval 7 days

)

select
    hosts.host,
    count(last_sessions.session_id) as sessions,
    count(*) filter (where not last_sessions.is_heard) as silent_sessions,
    count(*) filter (where last_sessions.first_request_at > hosts.last_heard_at) as silent_since_sessions,
    count(*) filter (where last_sessions.gap = 'no_events') as sessions_without_events,
    count(*) filter (where last_sessions.gap = 'no_metrics') as sessions_without_metrics,
    hosts.last_heard_at,
    max(last_sessions.first_request_at) as last_session_at,
    string_agg(distinct last_sessions.hazard, ', ' order by last_sessions.hazard) as hazards

from hosts

left join last_sessions
    on hosts.host = last_sessions.host

group by
    hosts.host,
    hosts.last_heard_at

order by
    hosts.host
