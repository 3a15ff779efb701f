{{ config(materialized='ephemeral') }}

with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where
        copy_number = 1
        and cwd is not null

),

words as (

    select *

    from {{ ref('int_claude_code_words') }}

    where words like '/add-dir %'

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

accesses as (

    select *

    from {{ ref('int_file_accesses') }}

    where access_kind = 'write'

),

commands as (

    select *

    from {{ ref('int_shell_commands') }}

    where
        program in ('cd', 'pushd', 'set-location', 'git', 'gh', 'glab')
        and not is_elsewhere

),

-- A forge's or git's command works where `cd` led, or where its own option leads from there.
led as (

    select
        tool_call_id,
        program,
        last_value(
            case
                when program in ('cd', 'pushd', 'set-location')
                    then regexp_extract(bare_command, '^\S+\s+(?:-\S+\s+)*(\S+)', 1)
            end
            ignore nulls
        ) over (
            partition by tool_call_id
            order by command_number asc rows between unbounded preceding and current row
        ) as changed_directory,
        case
            when program = 'git'
                then nullif(regexp_extract(bare_command, '^\S+(?:\s+-c\s+\S+)*\s+-C\s+(\S+)', 1), '')
        end as own_directory

    from commands

),

-- Directories as they are named, each with where the name begins.
named as (

    select
        thread_id as task_id,
        host,
        'session' as reached_by,
        git_branch,
        logged_at as reached_at,
        cwd as working_directory,
        cast(null as string) as first_path,
        cast(null as string) as second_path

    from lines

    union all

    select
        words.thread_id,
        words.host,
        'added' as reached_by,
        cast(null as string) as git_branch,
        words.said_at,
        lines.cwd,
        regexp_extract(words.words, '^/add-dir\s+(.*\S)', 1) as first_path,
        cast(null as string) as second_path

    from words

    inner join lines
        on words.line_id = lines.line_id

    union all

    select
        tool_calls.task_id,
        tool_calls.host,
        'edit' as reached_by,
        cast(null as string) as git_branch,
        tool_calls.called_at,
        tool_calls.working_directory,
        nullif(regexp_extract(accesses.resolved_path, '^(.+)/[^/]+$', 1), '') as first_path,
        cast(null as string) as second_path

    from accesses

    inner join tool_calls
        on accesses.tool_call_id = tool_calls.tool_call_id

    where
        not coalesce(tool_calls.is_error, true)
        and accesses.resolved_path like '%/%'

    union all

    select
        tool_calls.task_id,
        tool_calls.host,
        'git' as reached_by,
        cast(null as string) as git_branch,
        tool_calls.called_at,
        tool_calls.working_directory,
        led.changed_directory,
        led.own_directory

    from led

    inner join tool_calls
        on led.tool_call_id = tool_calls.tool_call_id

    where
        led.program in ('git', 'gh', 'glab')
        and coalesce(led.changed_directory, led.own_directory) is not null

),

-- Each once: a session names its own with every line.
distinct_names as (

    select
        task_id,
        host,
        reached_by,
        git_branch,
        working_directory,
        first_path,
        second_path,
        min(reached_at) as reached_at

    from named

    group by
        task_id,
        host,
        reached_by,
        git_branch,
        working_directory,
        first_path,
        second_path

)

select * from distinct_names
