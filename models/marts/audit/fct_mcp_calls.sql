with

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

mcp_calls as (

    select
        tool_call_id,
        model_call_id,
        task_id,
        session_id,
        fleet,
        host,
        account,
        project,
        mcp_server,
        nullif(regexp_extract(tool_name, '^mcp__.+?__(.*)$', 1), '') as mcp_tool,
        called_at,
        called_on,
        ended_at,
        duration_ms,
        is_error

    from tool_calls

    where tool_kind = 'mcp'

)

select * from mcp_calls
