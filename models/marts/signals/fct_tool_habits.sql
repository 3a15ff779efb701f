with

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

runs as (

    select * from {{ ref('int_tool_runs') }}

),

file_accesses as (

    select * from {{ ref('fct_file_accesses') }}

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

edits as (

    select
        session_id,
        tool_name,
        resolved_path,
        count(distinct tool_call_id) as edit_count

    from file_accesses

    where access_source = 'tool' and access_kind = 'write'

    group by session_id, tool_name, resolved_path

),

loops as (

    select
        session_id,
        tool_name,
        count(case when edit_count >= {{ threshold('edit_loop') }} then 1 end) as edit_loop_count,
        max(edit_count) as most_edits_of_a_file

    from edits

    group by session_id, tool_name

),

repeats as (

    select
        session_id,
        tool_name,
        max(case when run_kind = 'errors' then call_count end) as longest_error_streak,
        count(
            case when run_kind = 'identical_commands' and call_count >= {{ threshold('identical_in_row') }} then 1 end
        ) as repeated_command_count

    from runs

    group by session_id, tool_name

),

counted as (

    select
        session_id,
        tool_name,
        max(tool_kind) as tool_kind,
        max(fleet) as fleet,
        max(host) as host,
        max(account) as account,
        max(project) as project,
        min(called_on) as first_called_on,
        count(*) as tool_call_count,
        count(is_error) as answered_call_count,
        count(case when is_error then 1 end) as tool_error_count

    from tool_calls

    group by session_id, tool_name

),

habits as (

    select
        counted.*,
        coalesce(repeats.longest_error_streak, 0) as longest_error_streak,
        coalesce(repeats.repeated_command_count, 0) as repeated_command_count,
        coalesce(loops.edit_loop_count, 0) as edit_loop_count,
        coalesce(loops.most_edits_of_a_file, 0) as most_edits_of_a_file

    from counted

    left join repeats
        on counted.session_id = repeats.session_id
        and counted.tool_name = repeats.tool_name

    left join loops
        on counted.session_id = loops.session_id
        and counted.tool_name = loops.tool_name

)

select * from habits
