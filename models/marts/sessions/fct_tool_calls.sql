with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

-- What a model call cost is the cost of the tools that it asked for, in equal parts.
shares as (

    select
        tool_calls.tool_call_id,
        model_calls.cost_kind,
        {{ usd_share(
            'model_calls.cost_usd',
            'count(*) over (partition by tool_calls.model_call_id)',
            'row_number() over (partition by tool_calls.model_call_id order by tool_calls.tool_call_id asc) = 1'
        ) }} as shared_cost_usd

    from tool_calls

    inner join model_calls
        on tool_calls.model_call_id = model_calls.model_call_id

),

measured as (

    select
        tool_calls.tool_call_id,
        tool_calls.model_call_id,
        tool_calls.turn_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.fleet,
        tool_calls.host,
        tool_calls.account,
        sessions.project,
        tool_calls.tool_name,
        tool_calls.tool_kind,
        tool_calls.mcp_server,
        tool_calls.file_path,
        tool_calls.called_at,
        {{ reporting_date('tool_calls.called_at') }} as called_on,
        tool_calls.ended_at,
        {{ ms_between('tool_calls.called_at', 'tool_calls.ended_at') }} as duration_ms,
        tool_calls.is_error,
        tool_calls.lines_added,
        tool_calls.lines_removed,
        shares.cost_kind,
        shares.shared_cost_usd

    from tool_calls

    left join sessions
        on tool_calls.session_id = sessions.session_id

    left join shares
        on tool_calls.tool_call_id = shares.tool_call_id

)

select * from measured
