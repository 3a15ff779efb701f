-- How often tools were called, failed, how long they took, and their shares of what the model calls that asked for them
-- cost, by each of $groupings, which are lists of keys; the most used first.
with

models as (

    select model_call_id from fct_model_calls

    where
        $model is not null
        and contains(lower(model), lower($model))

),

calls as (

    select * from fct_tool_calls

    where
        ($model is null or model_call_id in (select models.model_call_id from models))
        and ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'tool_name') then calls.tool_name end as tool_name,
        case when list_contains(groupings.keys, 'tool_kind') then calls.tool_kind end as tool_kind,
        case when list_contains(groupings.keys, 'mcp_server') then calls.mcp_server end as mcp_server,
        case when list_contains(groupings.keys, 'fleet') then calls.fleet end as fleet,
        case when list_contains(groupings.keys, 'project') then calls.project end as project,
        calls.tool_call_id,
        calls.is_error,
        calls.duration_ms,
        calls.cost_kind,
        calls.shared_cost_usd

    from groupings

    left join calls
        on calls.mcp_server is not null
        or not list_contains(groupings.keys, 'mcp_server')

)

select
    keys,
    tool_name,
    tool_kind,
    mcp_server,
    fleet,
    project,
    count(tool_call_id) as tool_calls,
    count(is_error) as ended_tool_calls,
    count(*) filter (where is_error) as failed_tool_calls,
    count(duration_ms) as timed_tool_calls,
    cast(sum(duration_ms) as bigint) as duration_ms,
    max(duration_ms) as longest_ms,
    count(*) filter (where cost_kind = 'billed') as billed_tool_calls,
    sum(shared_cost_usd) filter (where cost_kind = 'billed') as billed_cost_usd,
    count(*) filter (where cost_kind = 'subscription') as subscription_tool_calls,
    sum(shared_cost_usd) filter (where cost_kind = 'subscription') as subscription_cost_usd,
    count(*) filter (where cost_kind = 'unknown') as unknown_tool_calls,
    sum(shared_cost_usd) filter (where cost_kind = 'unknown') as unknown_cost_usd

from keyed

group by all

having count(tool_call_id) > 0 or len(keys) = 0

order by
    tool_calls desc,
    tool_name asc,
    tool_kind asc,
    mcp_server asc,
    fleet asc,
    project asc
