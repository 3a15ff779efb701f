with

directives as (

    select *

    from {{ ref('int_directives') }}

    where program is not null

),

commands as (

    select * from {{ ref('int_shell_commands') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

accesses as (

    select * from {{ ref('fct_file_accesses') }}

),

file_edits as (

    select *

    from {{ ref('int_file_edits') }}

    where file_kind = 'work'

),

recalls as (

    select *

    from {{ ref('int_recalls') }}

    where recall_source = 'file'

),

checks as (

    select * from {{ ref('fct_checks') }}

    where check_kind = 'test'

),

of_commands as (

    select
        directives.directive,
        tool_calls.session_id,
        commands.tool_call_id,
        max({{ matches_regex('commands.bare_command', 'directives.broken_pattern') }}) as is_broken

    from commands

    inner join directives
        on commands.program = directives.program
        and (directives.subcommand is null or commands.subcommand = directives.subcommand)

    inner join tool_calls
        on commands.tool_call_id = tool_calls.tool_call_id

    group by directives.directive, tool_calls.session_id, commands.tool_call_id

),

-- A file that the session wrote, or that a person put into it, is known to it.
of_edits as (

    select
        'read_before_edit' as directive,
        edits.session_id,
        edits.tool_call_id,
        count(known.file_access_id) = 0 and count(recalls.line_id) = 0 as is_broken

    from accesses as edits

    inner join tool_calls
        on edits.tool_call_id = tool_calls.tool_call_id
        and tool_calls.tool_kind = 'edit'

    left join accesses as known
        on edits.session_id = known.session_id
        and edits.resolved_path = known.resolved_path
        and edits.called_at >= known.called_at
        and edits.tool_call_id <> known.tool_call_id
        and not coalesce(known.is_error, false)

    left join recalls
        on edits.session_id = recalls.session_id
        and edits.file_path = recalls.item_name

    where
        edits.access_source = 'tool'
        and edits.access_kind = 'write'
        and not coalesce(edits.is_error, false)

    group by edits.session_id, edits.tool_call_id

),

commits as (

    select distinct
        tool_calls.session_id,
        tool_calls.tool_call_id,
        tool_calls.called_at

    from commands

    inner join tool_calls
        on commands.tool_call_id = tool_calls.tool_call_id

    where
        commands.program = 'git'
        and commands.subcommand = 'commit'
        and not coalesce(tool_calls.is_error, false)

),

of_commits as (

    select
        'tests_before_commit' as directive,
        commits.session_id,
        commits.tool_call_id,
        not coalesce(
            max(case when checks.check_result <> 'fail' then checks.checked_at end) >= max(edits.edited_at), false
        ) as is_broken

    from commits

    inner join file_edits as edits
        on commits.session_id = edits.session_id
        and commits.called_at >= edits.edited_at

    left join checks
        on commits.session_id = checks.session_id
        and commits.called_at >= checks.checked_at

    group by commits.session_id, commits.tool_call_id

),

calls as (

    select * from of_commands

    union all

    select * from of_edits

    union all

    select * from of_commits

)

select * from calls
