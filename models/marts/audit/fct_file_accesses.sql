with

accesses as (

    select * from {{ ref('int_file_accesses') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

placed as (

    select
        accesses.file_access_id,
        accesses.tool_call_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.fleet,
        tool_calls.host,
        tool_calls.account,
        tool_calls.project,
        tool_calls.tool_name,
        accesses.access_source,
        accesses.access_kind,
        accesses.file_path,
        accesses.resolved_path,
        accesses.location,
        tool_calls.called_at,
        tool_calls.called_on,
        tool_calls.is_error

    from accesses

    inner join tool_calls
        on accesses.tool_call_id = tool_calls.tool_call_id

)

select * from placed
