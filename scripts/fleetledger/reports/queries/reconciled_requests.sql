-- Requests of transcripts and of telemetry side by side, counted by each of $groupings, which are lists of keys; the
-- most requests first. The client's cost and ours are of the requests that each side has.
with

sessions as (

    select session_id from fct_sessions

    where
        ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))

),

requests as (

    select * from fct_reconciliation

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
        case when list_contains(groupings.keys, 'verdict') then requests.verdict end as verdict,
        case when list_contains(groupings.keys, 'reason') then requests.reason end as reason,
        case when list_contains(groupings.keys, 'query_source') then requests.query_source end as query_source,
        case when list_contains(groupings.keys, 'model') then requests.model end as model,
        case when list_contains(groupings.keys, 'cost_kind') then requests.cost_kind end as cost_kind,
        requests.pair_key,
        requests.session_id,
        requests.call_key,
        requests.telemetry_request_id,
        requests.requested_at,
        requests.transcript_output_tokens,
        requests.telemetry_output_tokens,
        requests.corrected_output_tokens,
        requests.transcript_cost_usd,
        requests.telemetry_cost_usd,
        requests.cost_difference_usd

    from groupings

    left join requests
        on true

)

select
    keys,
    verdict,
    reason,
    query_source,
    model,
    cost_kind,
    count(pair_key) as requests,
    count(distinct session_id) as sessions,
    count(call_key) as transcript_calls,
    count(telemetry_request_id) as telemetry_requests,
    min(requested_at) as first_requested_at,
    max(requested_at) as last_requested_at,
    cast(sum(transcript_output_tokens) as bigint) as transcript_output_tokens,
    cast(sum(telemetry_output_tokens) as bigint) as telemetry_output_tokens,
    cast(sum(corrected_output_tokens) as bigint) as corrected_output_tokens,
    sum(transcript_cost_usd) as transcript_cost_usd,
    sum(telemetry_cost_usd) as telemetry_cost_usd,
    sum(cost_difference_usd) as cost_difference_usd

from keyed

group by all

having count(pair_key) > 0 or len(keys) = 0

order by
    requests desc,
    verdict asc,
    reason asc,
    query_source asc,
    model asc,
    cost_kind asc
