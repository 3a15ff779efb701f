{#
    A command line is read level by level: what a shell, a remote shell or a substitution within quotes executes is a script of its own, and is
    read like the line itself on the next level. Three levels are as deep as anybody quotes.
#}
{%- set levels = [0, 1, 2] -%}
with

-- Where a backslash parts directories it escapes nothing: in PowerShell, and behind a drive.
written as (

    select
        tool_call_id,
        case
            when
                lower(tool_name) = 'powershell'
                or {{ matches_regex('command', "'(?:^|[\\s\"''=(])[A-Za-z]:\\\\[\\w.]'") }}
                then replace(command, '\', '/')
            else command
        end as command

    from {{ ref('int_tool_calls') }}

    where command is not null

),

tool_calls as (

    select
        *,
        md5(command) as line_id

    from written

),

wrappers as (

    select * from {{ ref('shell_wrappers') }}

),

code_programs as (

    select * from {{ ref('audit_terms') }}

    where term_kind = 'code_program'

),

-- Each line once, however often it was run.
scripts_0 as (

    select distinct
        line_id,
        '' as place,
        cast(null as string) as parent_program,
        false as is_elsewhere,
        command as script

    from tool_calls

),

{% for level in levels %}

    {{ simple_commands(level) }},

    {% if not loop.last %}

        executed_{{ level }} as (

            select
                commands.*,
                wrappers.runs = 'elsewhere' as runs_elsewhere,
                wrappers.is_read_again,
                case
                    when wrappers.pattern is not null
                        then nullif(regexp_extract(commands.command_text, wrappers.pattern, 1), '')
                    when wrappers.runs = 'script'
                        then {{ script_of_shell('commands.command_text', 'commands.piped_from') }}
                end as executed,
                {{ script_in_quotes('commands.command_text') }} as substituted

            from commands_{{ level }} as commands

            left join wrappers
                on commands.program = wrappers.wrapper
                and wrappers.runs <> 'in_place'

        ),

        scripts_{{ level + 1 }} as (

            select
                line_id,
                place,
                case when is_elsewhere then parent_program else program end as parent_program,
                is_elsewhere or coalesce(runs_elsewhere, false) as is_elsewhere,
                case
                    when executed is null then substituted
                    when is_read_again then {{ unquoted('executed') }}
                    else executed
                end as script

            from executed_{{ level }}

            where coalesce(executed, substituted) is not null

        ),

    {% endif %}

{% endfor %}

commands as (

    {% for level in levels %}

        select
            line_id,
            place,
            operator,
            parent_program,
            is_elsewhere,
            program,
            command_text,
            bare_command,
            piped_from,
            {{ 'false' if loop.last else 'executed is not null' }} as runs_script

        from {{ 'commands' if loop.last else 'executed' }}_{{ level }}

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

-- Where arguments are code, what stands in quotes counts, and so does what is piped in; elsewhere it is only a text.
numbered as (

    select
        commands.line_id,
        row_number() over (partition by commands.line_id order by commands.place asc) as command_number,
        commands.operator,
        commands.parent_program,
        commands.is_elsewhere,
        commands.runs_script,
        case when commands.program not in ({{ shell_grammar_words() }}) then commands.program end as program,
        -- Options of git and docker that take a word of their own come before it.
        nullif(regexp_extract(
            commands.bare_command,
            '^\S+(?:\s+(?:-C|-c|--context|-n|--namespace|--profile|--region)\s+\S+|\s+-\S+)*\s+([A-Za-z][\w:.-]*)',
            1
        ), '') as subcommand,
        commands.bare_command,
        case
            when code_programs.term is null then commands.bare_command
            else
                coalesce({{ unquoted('commands.piped_from') }} || ' | ', '')
                || {{ unquoted('commands.command_text') }}
        end as checked_command

    from commands

    left join code_programs
        on commands.program = code_programs.term

),

of_calls as (

    select
        tool_calls.tool_call_id,
        numbered.command_number,
        numbered.operator,
        numbered.parent_program,
        numbered.is_elsewhere,
        numbered.runs_script,
        numbered.program,
        numbered.subcommand,
        numbered.bare_command,
        numbered.checked_command

    from numbered

    inner join tool_calls
        on numbered.line_id = tool_calls.line_id

)

select * from of_calls
