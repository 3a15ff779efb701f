{{ config(materialized='ephemeral') }}

with

commands as (

    select * from {{ ref('int_shell_commands') }}

),

terms as (

    select * from {{ ref('audit_terms') }}

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

)

select * from by_commands
