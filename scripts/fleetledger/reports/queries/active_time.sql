-- How long people and the client were active, by each of $groupings, which are lists of keys; days, which are those of
-- the build, in their order, all else the longest first.
with

sessions as (

    select
        session_id,
        account,
        project

    from fct_sessions

),

active as (

    select
        strftime(times.active_on, '%Y-%m-%d') as day,
        times.host,
        times.session_id,
        sessions.account,
        sessions.project,
        times.user_active_ms,
        times.cli_active_ms

    from fct_active_time as times

    left join sessions
        on times.session_id = sessions.session_id

    where
        ($fleet is null or $fleet = 'claude_code')
        and ($host is null or times.host = $host)
        and ($account is null or sessions.account = $account)
        and ($project is null or contains(lower(sessions.project), lower($project)))
        and ($since is null or times.active_on >= $since)
        and ($until is null or times.active_on <= $until)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'day') then active.day end as day,
        case when list_contains(groupings.keys, 'host') then active.host end as host,
        case when list_contains(groupings.keys, 'account') then active.account end as account,
        case when list_contains(groupings.keys, 'project') then active.project end as project,
        active.session_id,
        active.user_active_ms,
        active.cli_active_ms

    from groupings

    left join active
        on true

)

select
    keys,
    day,
    host,
    account,
    project,
    count(distinct session_id) as sessions,
    cast(sum(keyed.user_active_ms) as bigint) as user_active_ms,
    cast(sum(keyed.cli_active_ms) as bigint) as cli_active_ms

from keyed

group by all

having count(session_id) > 0 or len(keys) = 0

order by
    day asc,
    sum(keyed.user_active_ms + keyed.cli_active_ms) desc,
    host asc,
    account asc,
    project asc
