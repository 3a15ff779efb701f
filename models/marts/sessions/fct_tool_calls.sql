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
parts as (

    select
        model_call_id,
        count(*) as part_count,
        min(tool_call_id) as first_tool_call_id

    from {{ ref('int_tool_calls') }}

    group by model_call_id

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
        model_calls.cost_kind,
        {{ usd_share(
            'model_calls.cost_usd', 'parts.part_count', 'tool_calls.tool_call_id = parts.first_tool_call_id'
        ) }} as shared_cost_usd

    from tool_calls

    left join sessions
        on tool_calls.session_id = sessions.session_id

    left join model_calls
        on tool_calls.model_call_id = model_calls.model_call_id

    left join parts
        on tool_calls.model_call_id = parts.model_call_id

)

select * from measured
