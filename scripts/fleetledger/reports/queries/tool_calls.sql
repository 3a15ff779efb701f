-- How often tools were called, failed, how long they took and what the model calls that asked for them cost, by each
-- of $groupings, which are lists of keys; the most used first.
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
        and ($project is null or contains(lower(project), lower($project)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

),

siblings as (

    select
        model_call_id,
        count(*) as sibling_count

    from fct_tool_calls

    where model_call_id in (select calls.model_call_id from calls)

    group by model_call_id

),

costs as (

    select
        calls.*,
        coalesce(siblings.sibling_count, 1) as siblings,
        model_calls.cost_kind,
        model_calls.cost_usd

    from calls

    left join siblings
        on calls.model_call_id = siblings.model_call_id

    left join fct_model_calls as model_calls
        on calls.model_call_id = model_calls.model_call_id

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'tool_name') then costs.tool_name end as tool_name,
        case when list_contains(groupings.keys, 'tool_kind') then costs.tool_kind end as tool_kind,
        case when list_contains(groupings.keys, 'mcp_server') then costs.mcp_server end as mcp_server,
        case when list_contains(groupings.keys, 'fleet') then costs.fleet end as fleet,
        case when list_contains(groupings.keys, 'project') then costs.project end as project,
        costs.siblings,
        costs.is_error,
        costs.duration_ms,
        costs.cost_kind,
        costs.cost_usd

    from groupings

    cross join costs

    where
        costs.mcp_server is not null
        or not list_contains(groupings.keys, 'mcp_server')

)

select
    keys,
    tool_name,
    tool_kind,
    mcp_server,
    fleet,
    project,
    siblings,
    count(*) as tool_calls,
    count(is_error) as ended_tool_calls,
    count(*) filter (where is_error) as failed_tool_calls,
    count(duration_ms) as timed_tool_calls,
    cast(sum(duration_ms) as bigint) as duration_ms,
    max(duration_ms) as longest_ms,
    sum(cost_usd) filter (where cost_kind = 'billed') as billed_cost_usd,
    count(*) filter (where cost_kind = 'billed') as billed_tool_calls,
    sum(cost_usd) filter (where cost_kind = 'subscription') as subscription_cost_usd,
    count(*) filter (where cost_kind = 'subscription') as subscription_tool_calls,
    sum(cost_usd) filter (where cost_kind = 'unknown') as unknown_cost_usd,
    count(*) filter (where cost_kind = 'unknown') as unknown_tool_calls

from keyed

group by all
