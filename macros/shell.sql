{#
    Reading shell command lines: what the audit has to know of the grammar of shells, as regular expressions of the common part of RE2
    (DuckDB) and Java (Spark). It reads sh, bash and zsh; what it cannot read (a function that is called later, a script in a file, a
    variable that holds a command) it does not guess. Arguments are SQL expressions of text. chr(30) marks places in a text.
#}

{# What is one piece whatever it holds: an escaped character, or a quoted string, in which $(…) may be quoted again. #}
{% macro quoted_piece() -%}
    \\.|''[^'']*''|"(?:[^"\\$]|\\.|\$\((?:[^()]|\([^()]*\))*\)|\$)*"
{%- endmacro %}

{# The text with continued lines joined, and with operators that consist of others (<<<, <( ) spelled as words. #}
{% macro shell_normalized(text) -%}
    replace(replace(replace(replace(replace(
        {{ text }}, chr(30), ' '), chr(13) || chr(10), chr(10)), '\' || chr(10), ' '), '<<<', ' <herestring '), '<(', ' <output_of ')
{%- endmacro %}

{#
    The text without the operator of here-documents that a shell executes, whose lines then are commands like all others:
    `bash <<EOF`, `ssh host <<EOF`, `cat <<EOF | sh`.
#}
{% macro executed_heredocs_opened(text) -%}
    {%- set operator = "<<-?[ \\t]*[\"''\\\\]?\\w+[\"'']?" -%}
    {%- set shell = "(?:sudo[ \\t]+(?:-\\S+[ \\t]+)*)?(?:(?:ba|z|da|k)?sh|ssh)\\b" -%}
    case when {{ text }} like '%<<%' then {{ replace_regex(
        replace_regex(
            text,
            "'((?:^|[\\n;&|(])[ \\t]*" ~ shell ~ "[^\\n;&|<]*)" ~ operator ~ "([^\\n]*\\n)'",
            "'\\1\\2'"
        ),
        "'" ~ operator ~ "([^\\n]*\\|[ \\t]*" ~ shell ~ "[^\\n]*\\n)'",
        "'\\1'"
    ) }} else {{ text }} end
{%- endmacro %}

{# The word that ends the first here-document of the text; null where there is none. #}
{% macro heredoc_end(text) -%}
    case when {{ text }} like '%<<%' then nullif(regexp_extract({{ text }}, '<<-?[ \t]*["''\\]?([A-Za-z_]\w*)', 1), '') end
{%- endmacro %}

{# The text without the bodies of the here-documents that end with a word; one that never ends loses its operator alone. #}
{% macro without_heredocs(text, end) -%}
    {%- set opened = "'<<-?[ \\t]*[\"''\\\\]?' || " ~ end ~ " || '\\b[\"'']?" -%}
    {{ replace_regex(
        replace_regex(
            text,
            "'(?s)' || " ~ opened ~ "([^\\n]*)\\n(?:.*?\\n)?[ \\t]*' || " ~ end ~ " || '[ \\t]*(?:\\n|$)'",
            "' \\1' || chr(10)"
        ),
        opened ~ "'",
        "' '"
    ) }}
{%- endmacro %}

{# The text without comments. #}
{% macro without_comments(text) -%}
    case
        when {{ text }} like '%#%' then {{ replace_regex(
            text, "'(?s)(" ~ quoted_piece() ~ ")|(^|[\\s;&|(])#[^\\n]*'", "'\\1\\2'"
        ) }}
        else {{ text }}
    end
{%- endmacro %}

{# The text with chr(30) before and after each operator that ends a simple command, so that every second part is a command. #}
{% macro operators_marked(text) -%}
    replace(
        {{ replace_regex(
            text,
            "'(?s)(" ~ quoted_piece() ~ "|[0-9]*[<>]+&[0-9-]*|&>>?|>\\|)|[ \\t]*(\\|\\||&&|;;|\\|&|[;&|()`\\n])[ \\t]*'",
            "'\\1' || chr(30) || '\\2' || chr(30)"
        ) }},
        chr(30) || chr(30),
        ''
    )
{%- endmacro %}

{# A simple command without the keywords and assignments that stand before its program. #}
{% macro from_command_on(part) -%}
    {%- set keyword = "then|do|else|elif|if|while|until|!|\\{" -%}
    {%- set assignment = "[A-Za-z_]\\w*\\+?=(?:" ~ quoted_piece() ~ "|[^\\s''\"\\\\])*" -%}
    {{ replace_regex(part, "'(?s)^(?:\\s*(?:" ~ keyword ~ "|" ~ assignment ~ ")\\s+)*\\s*'", "''") }}
{%- endmacro %}

{# The program that a command begins with, without its directory, where something follows it. #}
{% macro leading_program(command) -%}
    regexp_extract({{ command }}, '^(?:\S*/)?([^\s/]+)\s', 1)
{%- endmacro %}

{# A command without the wrapper that it begins with. Argument `pattern`: what finds the wrapper's own words (seed shell_wrappers), or null. #}
{% macro without_wrapper(command, pattern) -%}
    case
        when {{ pattern }} is null then {{ replace_regex(command, "'^\\S+\\s+'", "''") }}
        else {{ replace_regex(command, "'(?s)^\\S+' || " ~ pattern ~ " || '\\s+'", "''") }}
    end
{%- endmacro %}

{# Whether there may be a quoted piece in the text; most commands have none, and need no regular expression. #}
{% macro has_quotes(text) -%}
    ({{ text }} like '%"%' or {{ text }} like '%''%' or {{ text }} like '%\%')
{%- endmacro %}

{# The text with quoted strings that are plain words or paths as such words, and every other one as `…`. #}
{% macro bare_words(text) -%}
    {%- set plain = "[\\w./~$@%+=:,{}*?^-]" -%}
    case when {{ has_quotes(text) }} then {{ replace_regex(
        "replace(" ~ replace_regex(
            text,
            "'(?s)\\$?(?:\"(" ~ plain ~ "+)\"|''(" ~ plain ~ "+)'')|(" ~ quoted_piece() ~ ")'",
            "'\\1\\2' || chr(30) || '\\3' || chr(30)"
        ) ~ ", chr(30) || chr(30), '')",
        "chr(30) || '[^' || chr(30) || ']*' || chr(30)",
        "'…'"
    ) }} else {{ text }} end
{%- endmacro %}

{# The text with what its quoted strings hold in their place. #}
{% macro unquoted(text) -%}
    case
        when {{ has_quotes(text) }}
            then {{ replace_regex(text, "'(?s)''([^'']*)''|\"((?:[^\"\\\\]|\\\\.)*)\"'", "'\\1\\2'") }}
        else {{ text }}
    end
{%- endmacro %}

{# One row for each part of a text between marks, as the columns `part` and `part_number`, from 1, of a select. #}
{% macro marked_parts(text) -%}
    unnest(string_split({{ text }}, chr(30))) as part,
    generate_subscripts(string_split({{ text }}, chr(30)), 1) as part_number
{%- endmacro %}

{# The commands that a shell runs to make up a text: what stands in its $(…) and `…`, a line each; null where there are none. #}
{% macro substituted_commands(text) -%}
    nullif(array_to_string(regexp_extract_all({{ text }}, '{{ substitution() }}', 1), chr(10)), '')
{%- endmacro %}
{% macro substitution() -%}
    (?s)\$\(((?:[^()]|\([^()]*\))*)\)
{%- endmacro %}

{# The script that a shell executes: the argument of its -c, a here-string, or what echo pipes into it. Null where there is none of them. #}
{% macro script_of_shell(command, piped_from) -%}
    {%- set script_option = "(?s)^\\S+.*?\\s(?:-\\w*c|-Command|-command|/c|//c)\\s" -%}
    case
        when {{ matches_regex(command, "'" ~ script_option ~ "'") }}
            then regexp_extract({{ command }}, '{{ script_option }}+({{ quoted_piece() }}|[^''"].*)', 1)
        when {{ command }} like '%<herestring %'
            then regexp_extract({{ command }}, '(?s)<herestring\s+({{ quoted_piece() }}|\S+)', 1)
        when {{ matches_regex(piped_from, "'^(?:echo|printf)\\s'") }}
            then regexp_extract({{ piped_from }}, '(?s)^\w+(?:\s+-\w+)*\s+(.*)$', 1)
    end
{%- endmacro %}

{# The commands that are substituted in a command's quoted words; null where there are none. #}
{% macro script_in_quotes(command) -%}
    case
        when {{ command }} like '%"%$(%'
            then {{ substituted_commands(replace_regex(command, "'(?s)(\"(?:[^\"\\\\]|\\\\.)*\")|''[^'']*'''", "'\\1'")) }}
    end
{%- endmacro %}

{# Words of the shells' grammar that stand where a program could. #}
{% macro shell_grammar_words() -%}
    'case', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'function', 'if', 'select', 'then', 'time', 'until', 'while'
{%- endmacro %}

{#
    Whether a command that names no program runs none: a word of the grammar, an assignment, arithmetic, a redirection alone, or what
    `command -v` leaves, which asks for a program only. Else it is a variable, whose program nobody knows.
#}
{% macro runs_nothing(command, operator) -%}
    coalesce({{ operator }} like '%((%', false)
    or {{ matches_regex(
        command,
        "'^(?:[{}]?$|[A-Za-z_]\\w*(?:\\[[^\\]]*\\])?\\+?=|[<>]|-[vV]\\s|(?:case|do|done|elif|else|esac|fi|for|function|if|select|then|time|until|while|[{}])(?:\\s|$))'"
    ) }}
{%- endmacro %}

{#
    CTEs that read scripts: from `scripts_<level>` (line_id, place, parent_program, is_elsewhere, script) to `commands_<level>`, their simple
    commands. They need the CTE `wrappers`, the seed shell_wrappers. Each step is one pass.
#}
{% macro simple_commands(level) -%}
    {%- set carried = "line_id, place, parent_program, is_elsewhere" -%}
    opened_{{ level }} as (

        select
            {{ carried }},
            {{ executed_heredocs_opened(shell_normalized('script')) }} as script_0

        from scripts_{{ level }}

    ),

    {% for round in [0, 1, 2] %}

        heredocs_{{ level }}_{{ round }} as (

            select
                {{ carried }},
                script_{{ round }},
                case when script_{{ round }} like '%<<%' then {{ heredoc_end('script_' ~ round) }} end as heredoc_end

            from {{ 'opened_' ~ level if round == 0 else 'stripped_' ~ level ~ '_' ~ (round - 1) }}

        ),

        stripped_{{ level }}_{{ round }} as (

            select
                {{ carried }},
                case
                    when heredoc_end is not null then {{ without_heredocs('script_' ~ round, 'heredoc_end') }}
                    else script_{{ round }}
                end as script_{{ round + 1 }}

            from heredocs_{{ level }}_{{ round }}

        ),

    {% endfor %}

    marked_{{ level }} as (

        select
            {{ carried }},
            {{ operators_marked(without_comments('script_3')) }} as script

        from stripped_{{ level }}_2

    ),

    parts_{{ level }} as (

        select
            {{ carried }},
            {{ marked_parts('script') }}

        from marked_{{ level }}

    ),

    unwrapped_{{ level }}_0 as (

        select
            {{ carried }},
            part_number,
            case when part_number % 2 = 1 then {{ from_command_on('part') }} else part end as part

        from parts_{{ level }}

    ),

    {% for round in [0, 1, 2] %}

        unwrapped_{{ level }}_{{ round + 1 }} as (

            select
                {{ carried }},
                part_number,
                case
                    when wrappers.wrapper is null or part_number % 2 = 0 then part
                    else {{ from_command_on(without_wrapper('part', 'wrappers.pattern')) }}
                end as part

            from unwrapped_{{ level }}_{{ round }}

            left join wrappers
                on {{ leading_program('part') }} = wrappers.wrapper
                and wrappers.runs = 'in_place'

        ),

    {% endfor %}

    neighbours_{{ level }} as (

        select
            line_id,
            parent_program,
            is_elsewhere,
            place || '.' || lpad(cast(part_number as string), 5, '0') as place,
            part_number,
            part as command_text,
            lag(part) over (partition by line_id, place order by part_number asc) as operator,
            lag(part, 2) over (partition by line_id, place order by part_number asc) as part_before

        from unwrapped_{{ level }}_3

    ),

    bare_{{ level }} as (

        select
            line_id,
            place,
            parent_program,
            is_elsewhere,
            operator,
            command_text,
            case when operator in ('|', '|&') then part_before end as piped_from,
            {{ bare_words('command_text') }} as bare_command

        from neighbours_{{ level }}

        where
            part_number % 2 = 1
            and command_text <> ''

    ),

    -- What is no name of a program is left over from words of the grammar, is an assignment alone, or a variable.
    commands_{{ level }} as (

        select
            *,
            nullif(lower(regexp_extract(
                bare_command, '^(?:[^\s=]*/)?([A-Za-z_][\w.:-]*\+{0,2}|\.|\[\[?)(?:\s|$)', 1
            )), '') as program

        from bare_{{ level }}

    )
{%- endmacro %}
