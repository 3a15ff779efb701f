with

accesses as (

    select * from {{ ref('int_file_accesses') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

shown_files as (

    select * from {{ ref('int_shown_files') }}

),

tasks as (

    select * from {{ ref('fct_tasks') }}

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

    union all

    select
        accesses.file_access_id,
        cast(null as string) as tool_call_id,
        tasks.task_id,
        tasks.session_id,
        tasks.fleet,
        tasks.host,
        tasks.account,
        tasks.project,
        cast(null as string) as tool_name,
        accesses.access_source,
        accesses.access_kind,
        accesses.file_path,
        accesses.resolved_path,
        accesses.location,
        shown_files.shown_at as called_at,
        {{ reporting_date('shown_files.shown_at') }} as called_on,
        cast(null as boolean) as is_error

    from accesses

    inner join shown_files
        on accesses.shown_line_id = shown_files.line_id

    inner join tasks
        on shown_files.task_id = tasks.task_id

)

select * from placed
