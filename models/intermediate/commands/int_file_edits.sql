with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

writing_calls as (

    select * from {{ ref('int_writing_calls') }}

),

uncommittable_files as (

    select * from {{ ref('uncommittable_files') }}

),

edited_files as (

    select distinct file_path

    from tool_calls

    where
        tool_kind in ('edit', 'write')
        and file_path is not null

),

-- Each file once, however often it is edited.
file_kinds as (

    select
        edited_files.file_path,
        min(uncommittable_files.file_kind) as file_kind

    from edited_files

    inner join uncommittable_files
        on {{ matches_regex('edited_files.file_path', 'uncommittable_files.file_pattern') }}

    group by edited_files.file_path

),

edits as (

    select
        tool_calls.tool_call_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.call_line_id as line_id,
        'tool' as edited_by,
        tool_calls.file_path,
        coalesce(file_kinds.file_kind, 'work') as file_kind,
        tool_calls.called_at as edited_at

    from tool_calls

    left join file_kinds
        on tool_calls.file_path = file_kinds.file_path

    where
        tool_calls.tool_kind in ('edit', 'write')
        and tool_calls.file_path is not null
        and not coalesce(tool_calls.is_error, true)

    union all

    select
        tool_calls.tool_call_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.call_line_id as line_id,
        writing_calls.written_by as edited_by,
        cast(null as string) as file_path,
        case when writing_calls.is_edit and not tool_calls.is_error then 'work' end as file_kind,
        tool_calls.called_at as edited_at

    from tool_calls

    inner join writing_calls
        on tool_calls.tool_call_id = writing_calls.tool_call_id

)

select * from edits
