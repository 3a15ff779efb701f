-- How long requests took by telemetry, by each of $groupings, which are lists of keys; the most requests first, and
-- days and hours, which are those of $timezone, in their order.
with

sessions as (

    select session_id from fct_sessions

    where
        ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))

),

requests as (

    select
        *,
        timezone($timezone, timezone('UTC', requested_at)) as local_at,
        coalesce(duration_ms > ttft_ms and output_tokens > 0, false) as has_pace

    from fct_telemetry_requests

    where
        ($model is null or contains(lower(model), lower($model)))
        and ($fleet is null or $fleet = 'claude_code')
        and ($host is null or host = $host)
        and ($since_at is null or requested_at >= $since_at)
        and ($until_at is null or requested_at < $until_at)
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
        case when list_contains(groupings.keys, 'model') then requests.model end as model,
        case when list_contains(groupings.keys, 'query_kind') then coalesce(requests.query_kind, 'unknown') end
            as query_kind,
        case when list_contains(groupings.keys, 'effort') then requests.effort end as effort,
        case when list_contains(groupings.keys, 'host') then requests.host end as host,
        case when list_contains(groupings.keys, 'client_version') then requests.client_version end as client_version,
        case when list_contains(groupings.keys, 'day') then strftime(requests.local_at, '%Y-%m-%d') end as day,
        case when list_contains(groupings.keys, 'hour') then strftime(requests.local_at, '%Y-%m-%d %H:00') end
            as hour,
        requests.telemetry_request_id,
        requests.ttft_ms,
        requests.duration_ms,
        case when requests.has_pace then requests.output_tokens end as paced_tokens,
        case when requests.has_pace then requests.duration_ms - requests.ttft_ms end as paced_ms

    from groupings

    left join requests
        on true

)

select
    keys,
    model,
    query_kind,
    effort,
    host,
    client_version,
    day,
    hour,
    count(telemetry_request_id) as requests,
    count(ttft_ms) as ttft_requests,
    cast(percentile_disc(0.5) within group (order by ttft_ms) as bigint) as ttft_p50_ms,
    cast(percentile_disc(0.95) within group (order by ttft_ms) as bigint) as ttft_p95_ms,
    count(duration_ms) as duration_requests,
    cast(percentile_disc(0.5) within group (order by duration_ms) as bigint) as duration_p50_ms,
    cast(percentile_disc(0.95) within group (order by duration_ms) as bigint) as duration_p95_ms,
    max(duration_ms) as longest_ms,
    cast(sum(paced_tokens) as bigint) as paced_tokens,
    cast(sum(paced_ms) as bigint) as paced_ms

from keyed

group by all

having count(telemetry_request_id) > 0 or len(keys) = 0

order by
    day asc,
    hour asc,
    requests desc,
    model asc,
    query_kind asc,
    effort asc,
    host asc,
    client_version asc
