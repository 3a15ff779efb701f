with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

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
        tool_calls.lines_removed

    from tool_calls

    left join sessions
        on tool_calls.session_id = sessions.session_id

)

select * from measured
