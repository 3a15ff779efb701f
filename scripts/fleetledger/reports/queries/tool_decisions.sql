-- How tool calls were decided, by whom, and what came of them, by each of $groupings, which are lists of keys; the most
-- decisions first, and days, which are those of $timezone, in their order.
with

sessions as (

    select session_id from fct_sessions

    where
        ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))

),

decisions as (

    select
        *,
        timezone($timezone, timezone('UTC', decided_at)) as local_at

    from fct_tool_decisions

    where
        $model is null
        and ($fleet is null or $fleet = 'claude_code')
        and ($host is null or host = $host)
        and ($since_at is null or decided_at >= $since_at)
        and ($until_at is null or decided_at < $until_at)
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
        case when list_contains(groupings.keys, 'tool_name') then decisions.tool_name end as tool_name,
        case when list_contains(groupings.keys, 'decision_source') then decisions.decision_source end
            as decision_source,
        case when list_contains(groupings.keys, 'permission_mode') then decisions.permission_mode end
            as permission_mode,
        case when list_contains(groupings.keys, 'day') then strftime(decisions.local_at, '%Y-%m-%d') end as day,
        decisions.decision_id,
        decisions.session_id,
        decisions.decision,
        decisions.decision_source as who,
        decisions.is_success,
        decisions.duration_ms

    from groupings

    left join decisions
        on true

)

select
    keys,
    tool_name,
    decision_source,
    permission_mode,
    day,
    count(decision_id) as decisions,
    count(distinct session_id) as sessions,
    count(*) filter (where decision = 'accept') as accepted,
    count(*) filter (where decision = 'reject') as rejected,
    count(*) filter (where starts_with(who, 'user')) as decided_by_person,
    count(*) filter (where who = 'config') as decided_by_config,
    count(*) filter (where who = 'hook') as decided_by_hook,
    count(is_success) as ended_calls,
    count(*) filter (where not is_success) as failed_calls,
    count(duration_ms) as timed_calls,
    cast(sum(duration_ms) as bigint) as duration_ms

from keyed

group by all

having count(decision_id) > 0 or len(keys) = 0

order by
    day asc,
    decisions desc,
    tool_name asc,
    decision_source asc,
    permission_mode asc
