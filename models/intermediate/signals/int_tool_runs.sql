with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

numbered as (

    select
        *,
        row_number() over (partition by task_id, tool_name order by called_at, tool_call_id) as call_number,
        row_number() over (
            partition by task_id, tool_name, is_error order by called_at, tool_call_id
        ) as number_of_its_result,
        row_number() over (
            partition by task_id, tool_name, command order by called_at, tool_call_id
        ) as number_of_its_command

    from tool_calls

),

-- Calls that follow each other with the same result, or the same command, have the same difference of their numbers.
runs as (

    select
        'errors' as run_kind,
        session_id,
        tool_name,
        min(tool_call_id) as first_tool_call_id,
        count(*) as call_count

    from numbered

    where is_error

    group by session_id, task_id, tool_name, call_number - number_of_its_result

    union all

    select
        'identical_commands' as run_kind,
        session_id,
        tool_name,
        min(tool_call_id) as first_tool_call_id,
        count(*) as call_count

    from numbered

    where command is not null

    group by session_id, task_id, tool_name, command, call_number - number_of_its_command

)

select * from runs
