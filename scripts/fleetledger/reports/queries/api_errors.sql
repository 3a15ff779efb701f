-- How many tries of requests failed, of how many, by each of $groupings, which are lists of keys; the most failed
-- first, and days, which are those of $timezone, in their order. Answered requests have no status, so that those of all
-- are the denominator of a status.
with

sessions as (

    select session_id from fct_sessions

    where
        ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))

),

tries as (

    select
        host,
        session_id,
        client_version,
        model,
        query_source,
        error_kind,
        status_code,
        attempt,
        duration_ms,
        failed_at as tried_at

    from fct_api_errors

    union all

    select
        host,
        session_id,
        client_version,
        model,
        query_source,
        null as error_kind,
        null as status_code,
        null as attempt,
        null as duration_ms,
        requested_at as tried_at

    from fct_telemetry_requests

),

filtered as (

    select
        *,
        timezone($timezone, timezone('UTC', tried_at)) as local_at

    from tries

    where
        ($model is null or contains(lower(model), lower($model)))
        and ($fleet is null or $fleet = 'claude_code')
        and ($host is null or host = $host)
        and ($since_at is null or tried_at >= $since_at)
        and ($until_at is null or tried_at < $until_at)
        and (
            ($account is null and $project is null)
            or session_id in (select sessions.session_id from sessions)
        )

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'error_kind') then filtered.error_kind end as error_kind,
        case when list_contains(groupings.keys, 'status_code') then filtered.status_code end as status_code,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        case when list_contains(groupings.keys, 'query_source') then filtered.query_source end as query_source,
        case when list_contains(groupings.keys, 'client_version') then filtered.client_version end as client_version,
        case when list_contains(groupings.keys, 'day') then strftime(filtered.local_at, '%Y-%m-%d') end as day,
        filtered.error_kind is not null as is_failed,
        filtered.session_id,
        filtered.host,
        filtered.attempt,
        filtered.duration_ms,
        filtered.tried_at

    from groupings

    left join filtered
        on filtered.error_kind is not null
        or not list_contains(groupings.keys, 'error_kind')

)

select
    keys,
    error_kind,
    status_code,
    model,
    query_source,
    client_version,
    day,
    count(*) filter (where is_failed) as failed_tries,
    count(*) filter (where not is_failed and host is not null) as answered_requests,
    count(distinct session_id) filter (where is_failed) as failed_sessions,
    max(attempt) as most_attempts,
    cast(sum(duration_ms) as bigint) as lost_ms,
    min(tried_at) filter (where is_failed) as first_failed_at,
    max(tried_at) filter (where is_failed) as last_failed_at

from keyed

group by all

having count(*) filter (where is_failed) > 0 or len(keys) = 0

order by
    day asc,
    failed_tries desc,
    error_kind asc,
    status_code asc,
    model asc,
    query_source asc,
    client_version asc
