-- What model calls used and cost, grouped by each of $groupings, which are lists of keys: a row says which in `keys`,
-- and has those filled. Costs of different kinds stand apart; one is null where there are calls of its kind and none
-- has a price, 0 where there are none. A period is a $unit (day, week, month), and named by its first day. Days of the
-- build's own time zone are added up already; $from_calls asks the calls themselves, for other days and finer keys.
-- $with_hidden adds the requests that telemetry tells of and no transcript shows, at our prices.
--
-- Groups come in the $sort of their first key: by its name (`key`, as periods do where nothing is said), or by the
-- `cost` (as all others do), `tokens` or `calls` of all that has it, the largest first unless $descending says
-- otherwise; within it the costliest first.
with

subagents as (

    select
        task_id,
        max_by(subagent_type, called_at) as subagent_type

    from fct_subagents

    where task_id is not null

    group by task_id

),

-- Offsets from UTC are whole quarters of an hour, and there are far fewer quarters than calls to convert.
quarters as (

    select
        time_bucket(interval '15 minutes', calls.called_at) as began_at,
        calls.fleet,
        calls.host,
        calls.account,
        calls.provider,
        calls.cost_kind,
        calls.project,
        calls.model,
        calls.git_branch,
        branches.ticket,
        calls.skill,
        calls.mcp_server,
        case
            when calls.agent_id is null then 'main'
            else coalesce(subagents.subagent_type, 'sub-agent')
        end as agent,
        count(*) filter (where calls.usage_source <> 'task_telemetry') as model_call_count,
        count(*) filter (where calls.usage_is_final) as final_usage_call_count,
        count(*) filter (where calls.cost_usd is null) as unpriced_call_count,
        count(*) filter (where not calls.rate_is_exact and calls.cost_usd is not null) as inexact_rate_call_count,
        sum(calls.input_tokens) as input_tokens,
        sum(calls.output_tokens) as output_tokens,
        sum(calls.reasoning_tokens) as reasoning_tokens,
        sum(calls.cache_read_tokens) as cache_read_tokens,
        sum(calls.cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(calls.cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(calls.web_search_requests) as web_search_requests,
        sum(calls.cost_usd) as cost_usd

    from fct_model_calls as calls

    left join subagents
        on calls.task_id = subagents.task_id

    left join dim_branches as branches
        on calls.git_branch = branches.git_branch

    where
        $from_calls
        and ($since_at is null or calls.called_at >= $since_at)
        and ($until_at is null or calls.called_at < $until_at)

    group by all

),

days as (

    select
        cast(timezone($timezone, timezone('UTC', began_at)) as date) as called_on,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model,
        git_branch,
        ticket,
        agent,
        skill,
        mcp_server,
        model_call_count,
        final_usage_call_count,
        unpriced_call_count,
        inexact_rate_call_count,
        input_tokens,
        output_tokens,
        reasoning_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        web_search_requests,
        cost_usd

    from quarters

    union all

    select
        called_on,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model,
        cast(null as varchar) as git_branch,
        cast(null as varchar) as ticket,
        cast(null as varchar) as agent,
        cast(null as varchar) as skill,
        cast(null as varchar) as mcp_server,
        model_call_count,
        final_usage_call_count,
        unpriced_call_count,
        inexact_rate_call_count,
        input_tokens,
        output_tokens,
        reasoning_tokens,
        cache_read_tokens,
        cache_write_5m_tokens,
        cache_write_1h_tokens,
        web_search_requests,
        cost_usd

    from fct_daily_costs

    where
        not $from_calls
        and ($since is null or called_on >= $since)
        and ($until is null or called_on <= $until)

    union all

    select
        cast(timezone($timezone, timezone('UTC', requests.requested_at)) as date) as called_on,
        'claude_code' as fleet,
        requests.host,
        sessions.account,
        requests.provider,
        requests.cost_kind,
        sessions.project,
        requests.model,
        cast(null as varchar) as git_branch,
        cast(null as varchar) as ticket,
        case when requests.agent_id is null then 'main' else 'sub-agent' end as agent,
        cast(null as varchar) as skill,
        cast(null as varchar) as mcp_server,
        1 as model_call_count,
        1 as final_usage_call_count,
        cast(requests.cost_usd is null as integer) as unpriced_call_count,
        0 as inexact_rate_call_count,
        requests.input_tokens,
        requests.output_tokens,
        cast(null as bigint) as reasoning_tokens,
        requests.cache_read_tokens,
        requests.cache_write_5m_tokens,
        requests.cache_write_1h_tokens,
        0 as web_search_requests,
        requests.cost_usd

    from fct_telemetry_requests as requests

    left join fct_sessions as sessions
        on requests.session_id = sessions.session_id

    where
        $with_hidden
        and requests.is_hidden
        and ($since_at is null or requests.requested_at >= $since_at)
        and ($until_at is null or requests.requested_at < $until_at)

),

filtered as (

    select * from days

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'period') then cast(date_trunc($unit, filtered.called_on) as date) end
            as period,
        case when list_contains(groupings.keys, 'fleet') then filtered.fleet end as fleet,
        case when list_contains(groupings.keys, 'host') then filtered.host end as host,
        case when list_contains(groupings.keys, 'account') then filtered.account end as account,
        case when list_contains(groupings.keys, 'provider') then filtered.provider end as provider,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'git_branch') then filtered.git_branch end as git_branch,
        case when list_contains(groupings.keys, 'ticket') then filtered.ticket end as ticket,
        case when list_contains(groupings.keys, 'agent') then filtered.agent end as agent,
        case when list_contains(groupings.keys, 'skill') then filtered.skill end as skill,
        case when list_contains(groupings.keys, 'mcp_server') then filtered.mcp_server end as mcp_server,
        filtered.cost_kind,
        filtered.model_call_count,
        filtered.final_usage_call_count,
        filtered.unpriced_call_count,
        filtered.inexact_rate_call_count,
        filtered.input_tokens,
        filtered.output_tokens,
        filtered.reasoning_tokens,
        filtered.cache_read_tokens,
        filtered.cache_write_5m_tokens,
        filtered.cache_write_1h_tokens,
        filtered.web_search_requests,
        filtered.cost_usd

    from groupings

    left join filtered
        on true

),

measured as (

    select
        keys,
        period,
        fleet,
        host,
        account,
        provider,
        model,
        project,
        git_branch,
        ticket,
        agent,
        skill,
        mcp_server,
        coalesce(sum(model_call_count), 0) as model_call_count,
        coalesce(sum(final_usage_call_count), 0) as final_usage_call_count,
        coalesce(sum(inexact_rate_call_count), 0) as inexact_rate_call_count,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(reasoning_tokens) as reasoning_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(web_search_requests) as web_search_requests,
        coalesce(sum(model_call_count) filter (where cost_kind = 'free'), 0) as free_call_count,
        coalesce(sum(model_call_count) filter (where cost_kind = 'billed'), 0) as billed_call_count,
        coalesce(sum(unpriced_call_count) filter (where cost_kind = 'billed'), 0) as billed_unpriced_call_count,
        case
            when count(*) filter (where cost_kind = 'billed') = 0 then 0
            else sum(cost_usd) filter (where cost_kind = 'billed')
        end as billed_cost_usd,
        coalesce(sum(model_call_count) filter (where cost_kind = 'subscription'), 0) as subscription_call_count,
        coalesce(sum(unpriced_call_count) filter (where cost_kind = 'subscription'), 0)
            as subscription_unpriced_call_count,
        case
            when count(*) filter (where cost_kind = 'subscription') = 0 then 0
            else sum(cost_usd) filter (where cost_kind = 'subscription')
        end as subscription_cost_usd,
        coalesce(sum(model_call_count) filter (where cost_kind = 'unknown'), 0) as unknown_call_count,
        coalesce(sum(unpriced_call_count) filter (where cost_kind = 'unknown'), 0) as unknown_unpriced_call_count,
        case
            when count(*) filter (where cost_kind = 'unknown') = 0 then 0
            else sum(cost_usd) filter (where cost_kind = 'unknown')
        end as unknown_cost_usd

    from keyed

    group by all

    having count(cost_kind) > 0 or len(keys) = 0

),

ranked as (

    select
        *,
        case keys[1]
            when 'period' then cast(period as varchar)
            when 'fleet' then fleet
            when 'host' then host
            when 'account' then account
            when 'provider' then provider
            when 'model' then model
            when 'project' then project
            when 'git_branch' then git_branch
            when 'ticket' then ticket
            when 'agent' then agent
            when 'skill' then skill
            when 'mcp_server' then mcp_server
        end as sort_key,
        coalesce($sort, case when keys[1] = 'period' then 'key' else 'cost' end) as sort,
        greatest(coalesce(billed_cost_usd, 0), coalesce(subscription_cost_usd, 0), coalesce(unknown_cost_usd, 0))
            as sort_cost,
        coalesce(input_tokens, 0) + coalesce(output_tokens, 0) + coalesce(cache_read_tokens, 0)
        + coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0) as sort_tokens

    from measured

),

ordered as (

    select
        *,
        coalesce($descending, sort <> 'key') as is_descending,
        case sort
            when 'calls' then sum(model_call_count) over (partition by keys, sort_key)
            when 'tokens' then sum(sort_tokens) over (partition by keys, sort_key)
            when 'cost' then greatest(
                sum(coalesce(billed_cost_usd, 0)) over (partition by keys, sort_key),
                sum(coalesce(subscription_cost_usd, 0)) over (partition by keys, sort_key),
                sum(coalesce(unknown_cost_usd, 0)) over (partition by keys, sort_key)
            )
        end as sort_amount

    from ranked

)

select * exclude (sort_key, sort, sort_cost, sort_tokens, sort_amount, is_descending) from ordered

order by
    case when is_descending then sort_amount end desc nulls last,
    case when not is_descending then sort_amount end asc nulls last,
    case when is_descending and sort = 'key' then sort_key end desc nulls last,
    case when not is_descending and sort = 'key' then sort_key end asc nulls last,
    sort_key asc nulls last,
    period asc nulls last,
    sort_cost desc,
    model_call_count desc,
    fleet asc,
    host asc,
    account asc,
    provider asc,
    model asc,
    project asc,
    git_branch asc,
    ticket asc,
    agent asc,
    skill asc,
    mcp_server asc
