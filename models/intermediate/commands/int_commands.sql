with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

commands as (

    select
        tool_call_id,
        task_id,
        session_id,
        host,
        working_directory,
        {{ script_of('command') }} as script,
        called_at,
        is_error,
        call_line_id,
        result_line_id,
        result_block_number,
        coalesce(result_line_id, call_line_id) as line_id

    from tool_calls

    where command is not null

)

select * from commands
