with

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

inputs as (

    select * from {{ ref('int_tool_calls') }}

),

commands as (

    select * from {{ ref('int_shell_commands') }}

),

session_projects as (

    select * from {{ ref('int_session_projects') }}

),

project_folds as (

    select * from {{ ref('project_folds') }}

),

terms as (

    select * from {{ ref('audit_terms') }}

),

by_tools as (

    select
        tool_call_id,
        0 as command_number,
        'tool' as access_source,
        case when tool_kind in ('edit', 'write') then 'write' else 'read' end as access_kind,
        file_path,
        cast(null as varchar) as changed_directory

    from tool_calls

    where
        file_path is not null
        and tool_kind in ('read', 'grep', 'glob', 'edit', 'write')

),

-- `cd` in a command line moves where later relative paths begin. What is run on another machine has no path on this.
placed_commands as (

    select
        commands.tool_call_id,
        commands.command_number,
        commands.bare_command,
        terms.term_kind,
        last_value(
            case
                when commands.program in ('cd', 'pushd', 'set-location')
                    then regexp_extract(commands.bare_command, '^\S+\s+(?:-\S+\s+)*(\S+)', 1)
            end
            ignore nulls
        ) over (
            partition by commands.tool_call_id
            order by commands.command_number asc rows between unbounded preceding and current row
        ) as changed_directory

    from commands

    left join terms
        on commands.program = terms.term
        and terms.term_kind in ('reading_program', 'searching_program', 'copying_program', 'writing_program')

    where not commands.is_elsewhere

),

-- Input and output redirected, with the operator as their first word; then the arguments, without options.
redirections as (

    select
        tool_call_id,
        command_number,
        changed_directory,
        {{ each_match('bare_command', "'(?:^|[^<>=-])(>{1,2}\\s*[^\\s<>&|…]+|<\\s*[^\\s<>&|…]+)'") }} as word

    from placed_commands

    where
        bare_command like '%>%'
        or bare_command like '%<%'

),

argument_texts as (

    select
        tool_call_id,
        command_number,
        changed_directory,
        term_kind,
        {{ replace_regex(
            replace_regex('bare_command', "'[0-9&]*[<>]+&?\\s*[^\\s<>]*'", "' '"),
            "'\\s-(?:[efmABC]\\s+\\S+|\\S+)'",
            "' '"
        ) }} as arguments,
        bare_command like '% -e %' as has_expression

    from placed_commands

    where term_kind is not null

),

argument_words as (

    select
        tool_call_id,
        command_number,
        changed_directory,
        term_kind,
        has_expression,
        {{ numbered_words('trim(arguments)') }}

    from argument_texts

),

counted_words as (

    select
        *,
        max(word_number) over (partition by tool_call_id, command_number) as last_word_number

    from argument_words

),

by_commands as (

    select
        tool_call_id,
        command_number,
        'command' as access_source,
        case when word like '>%' then 'write' else 'read' end as access_kind,
        {{ replace_regex('word', "'^[<>]+\\s*'", "''") }} as file_path,
        changed_directory

    from redirections

    union all

    select
        tool_call_id,
        command_number,
        'command' as access_source,
        case
            when term_kind = 'writing_program' or (term_kind = 'copying_program' and word_number = last_word_number)
                then 'write'
            else 'read'
        end as access_kind,
        word as file_path,
        changed_directory

    from counted_words

    where
        word_number > 1
        and (term_kind <> 'searching_program' or has_expression or word_number > 2)

),

-- Only what has the shape of a path is taken for one: an argument may be anything else, and a secret.
shaped as (

    select * from by_tools

    union all

    select * from by_commands

    where
        {{ matches_regex('file_path', "'^[\\w.~/$@{}+:,*-]+$'") }}
        and {{ matches_regex('file_path', "'/|^~|\\.[A-Za-z]\\w{0,9}$'") }}
        -- Addresses, other machines, tokens, and expressions of sed are none.
        and not {{ matches_regex(
            'file_path', "'^[a-z]+://|^[\\w.-]+@?[\\w.-]*:[^/]|[A-Za-z0-9_+-]{48}|^s/|^/dev/(?:null|std)'"
        ) }}

),

with_places as (

    select
        shaped.*,
        inputs.task_id,
        inputs.session_id,
        inputs.working_directory,
        session_projects.project,
        session_projects.cwd as session_directory,
        {{ home_of('coalesce(inputs.working_directory, session_projects.cwd)') }} as home,
        {{ plain_path('shaped.file_path', 'inputs.working_directory') }} as plain_file_path,
        {{ plain_path('shaped.changed_directory', 'inputs.working_directory') }} as plain_directory

    from shaped

    inner join inputs
        on shaped.tool_call_id = inputs.tool_call_id

    left join session_projects
        on inputs.session_id = session_projects.session_id

),

based as (

    select
        *,
        case
            when plain_directory is null then replace(working_directory, '\', '/')
            when {{ is_absolute_path('plain_directory') }} then plain_directory
            when plain_directory like '~%' then home || substring(plain_directory, 2)
            when not {{ matches_regex('plain_directory', "'[$…*-]'") }}
                then replace(working_directory, '\', '/') || '/' || plain_directory
        end as base_directory

    from with_places

),

absolute as (

    select
        *,
        case
            when {{ is_absolute_path('plain_file_path') }} then plain_file_path
            when plain_file_path like '~%' then coalesce(home || substring(plain_file_path, 2), plain_file_path)
            when plain_file_path like '%$%' then plain_file_path
            else coalesce(base_directory || '/' || plain_file_path, plain_file_path)
        end as whole_path

    from based

),

resolved as (

    select
        *,
        {{ lexical_path('whole_path') }} as resolved_path

    from absolute

),

-- Where each path lies, told once for each: the same files are read and written over and over.
distinct_paths as (

    select distinct
        resolved_path,
        project,
        session_directory

    from resolved

),

scratch_paths as (

    select distinct distinct_paths.resolved_path

    from distinct_paths

    inner join terms
        on terms.term_kind = 'scratch_directory'
        and lower(distinct_paths.resolved_path) || '/' like terms.term

),

compared as (

    select
        distinct_paths.*,
        scratch_paths.resolved_path is not null as is_scratch,
        {{ lies_in('distinct_paths.resolved_path', 'distinct_paths.project') }}
        or {{ lies_in('distinct_paths.resolved_path', 'distinct_paths.session_directory') }} as is_below_project

    from distinct_paths

    left join scratch_paths
        on distinct_paths.resolved_path = scratch_paths.resolved_path

),

-- A worktree beside its repository is of the project, too.
worktree_paths as (

    select distinct
        compared.resolved_path,
        compared.project

    from compared

    inner join project_folds
        on {{ replace_regex("compared.resolved_path || '/'", 'project_folds.pattern', 'project_folds.replacement') }}
        = replace(compared.project, '\', '/')

    where
        not compared.is_scratch
        and not compared.is_below_project

),

located as (

    select
        compared.resolved_path,
        compared.project,
        compared.session_directory,
        case
            when compared.is_below_project or worktree_paths.resolved_path is not null then 'project'
            when compared.is_scratch then 'scratch'
            when compared.resolved_path like '..%' or compared.resolved_path like '~%' then 'outside'
            when compared.resolved_path like '%$%' then 'unknown'
            when not {{ is_absolute_path('compared.resolved_path') }} then 'project'
            when compared.project is null then 'unknown'
            else 'outside'
        end as location

    from compared

    left join worktree_paths
        on compared.resolved_path = worktree_paths.resolved_path
        and compared.project = worktree_paths.project

),

accesses as (

    select
        resolved.tool_call_id
        || ':' || row_number() over (
            partition by resolved.tool_call_id
            order by resolved.command_number asc, resolved.access_kind asc, resolved.file_path asc
        ) as file_access_id,
        resolved.tool_call_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.fleet,
        tool_calls.host,
        tool_calls.account,
        tool_calls.project,
        tool_calls.tool_name,
        resolved.access_source,
        resolved.access_kind,
        resolved.file_path,
        resolved.resolved_path,
        located.location,
        tool_calls.called_at,
        tool_calls.called_on,
        tool_calls.is_error

    from resolved

    inner join tool_calls
        on resolved.tool_call_id = tool_calls.tool_call_id

    inner join located
        on resolved.resolved_path = located.resolved_path
        and resolved.project is not distinct from located.project
        and resolved.session_directory is not distinct from located.session_directory

)

select * from accesses
