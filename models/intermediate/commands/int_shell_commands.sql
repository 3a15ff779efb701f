{#
    A command line is read level by level: what a shell, a remote shell or a substitution within quotes executes is a script of its own, and is
    read like the line itself on the next level. Three levels are as deep as anybody quotes.
#}
{%- set levels = [0, 1, 2] -%}
with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

code_programs as (

    select * from {{ ref('audit_terms') }}

    where term_kind = 'code_program'

),

scripts_0 as (

    select
        tool_call_id,
        '' as place,
        cast(null as varchar) as parent_program,
        command as script

    from tool_calls

    where command is not null

),

{% for level in levels %}

    opened_{{ level }} as (

        select
            tool_call_id,
            place,
            parent_program,
            {{ executed_heredocs_opened(shell_normalized('script')) }} as script_0

        from scripts_{{ level }}

    ),

    {% for round in [0, 1, 2] %}

        heredocs_{{ level }}_{{ round }} as (

            select
                tool_call_id,
                place,
                parent_program,
                script_{{ round }},
                case when script_{{ round }} like '%<<%' then {{ heredoc_end('script_' ~ round) }} end as heredoc_end

            from {{ 'opened_' ~ level if round == 0 else 'stripped_' ~ level ~ '_' ~ (round - 1) }}

        ),

        stripped_{{ level }}_{{ round }} as (

            select
                tool_call_id,
                place,
                parent_program,
                case
                    when heredoc_end is not null then {{ without_heredocs('script_' ~ round, 'heredoc_end') }}
                    else script_{{ round }}
                end as script_{{ round + 1 }}

            from heredocs_{{ level }}_{{ round }}

        ),

    {% endfor %}

    marked_{{ level }} as (

        select
            tool_call_id,
            place,
            parent_program,
            {{ operators_marked(without_comments('script_3')) }} as script

        from stripped_{{ level }}_2

    ),

    parts_{{ level }} as (

        select
            tool_call_id,
            place,
            parent_program,
            {{ marked_parts('script') }}

        from marked_{{ level }}

    ),

    neighbours_{{ level }} as (

        select
            tool_call_id,
            parent_program,
            place || '.' || lpad(cast(part_number as varchar), 5, '0') as place,
            part_number,
            part,
            lag(part) over (partition by tool_call_id, place order by part_number asc) as operator,
            lag(part, 2) over (partition by tool_call_id, place order by part_number asc) as part_before

        from parts_{{ level }}

    ),

    commands_{{ level }} as (

        select
            tool_call_id,
            place,
            parent_program,
            {{ from_program_on('part') }} as command_text,
            case when operator in ('|', '|&') then {{ from_program_on('part_before') }} end as piped_from

        from neighbours_{{ level }}

        where
            part_number % 2 = 1
            and part <> ''

    ),

    bare_{{ level }} as (

        select
            tool_call_id,
            place,
            parent_program,
            command_text,
            piped_from,
            {{ bare_words('command_text') }} as bare_command

        from commands_{{ level }}

    ),

    -- What is no name of a program is left over from words of the grammar, or is an assignment alone.
    programs_{{ level }} as (

        select
            *,
            regexp_extract(
                bare_command, '^(?:[^\s=]*/)?([A-Za-z_][\w.:-]*\+{0,2}|\.|\[\[?)(?:\s|$)', 1
            ) as program

        from bare_{{ level }}

    ),

    {% if not loop.last %}

        scripts_{{ level + 1 }} as (

            select
                tool_call_id,
                place,
                {{ runs_elsewhere('parent_program', 'program') }} as parent_program,
                {{ executed_script('program', 'command_text', 'piped_from') }} as script

            from programs_{{ level }}

            where {{ executed_script('program', 'command_text', 'piped_from') }} is not null

        ),

    {% endif %}

{% endfor %}

unioned as (

    {% for level in levels %}

        select * from programs_{{ level }}

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

numbered as (

    select
        tool_call_id,
        row_number() over (partition by tool_call_id order by place asc) as command_number,
        parent_program,
        lower(program) as program,
        -- Options of git and docker that take a word of their own come before it.
        nullif(regexp_extract(
            bare_command,
            '^\S+(?:\s+(?:-C|-c|--context|-n|--namespace|--profile|--region)\s+\S+|\s+-\S+)*\s+([A-Za-z][\w:.-]*)',
            1
        ), '') as subcommand,
        bare_command,
        command_text,
        piped_from

    from unioned

    where
        program <> ''
        and program not in ({{ shell_grammar_words() }})

),

-- Where arguments are code, what stands in quotes counts, and so does what is piped in; elsewhere it is only a text.
with_code as (

    select
        numbered.tool_call_id,
        numbered.command_number,
        numbered.parent_program,
        numbered.program,
        numbered.subcommand,
        numbered.bare_command,
        case
            when code_programs.term is null then numbered.bare_command
            else
                coalesce({{ unquoted('numbered.piped_from') }} || ' | ', '')
                || {{ unquoted('numbered.command_text') }}
        end as checked_command

    from numbered

    left join code_programs
        on numbered.program = code_programs.term

)

select * from with_code
