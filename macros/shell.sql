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
            "'(?s)(" ~ quoted_piece() ~ "|[0-9]*[<>]+&[0-9-]*|&>>?|>\\|)|(\\|\\||&&|;;|\\|&|[;&|()`\\n])'",
            "'\\1' || chr(30) || '\\2' || chr(30)"
        ) }},
        chr(30) || chr(30),
        ''
    )
{%- endmacro %}

{#
    A simple command without what stands before its program: keywords, assignments, and programs that run another
    (sudo, env, timeout, xargs, …) with their options.
#}
{% macro from_program_on(command) -%}
    {%- set keyword = "then|do|else|elif|if|while|until|!|\\{|time|nohup|setsid|command|builtin|exec|doas" -%}
    {%- set wrapper = [
        "(?:sudo|env)(?:\\s+-(?:[ughpCDRTu]\\s+\\S+|\\S+))*",
        "nice(?:\\s+-(?:n\\s*)?-?[0-9]+)?",
        "ionice(?:\\s+-\\S+)*",
        "timeout(?:\\s+-(?:[ks]\\s+\\S+|\\S+))*\\s+\\S+",
        "stdbuf(?:\\s+-\\S+)+",
        "wsl(?:\.exe)?(?:\\s+-(?:[du]\\s+\\S+|\\S+))*",
        "xargs(?:\\s+-(?:[IinPLdsE]\\s+\\S+|\\S+))*",
    ] | join('|') -%}
    {%- set assignment = "[A-Za-z_]\\w*\\+?=(?:" ~ quoted_piece() ~ "|[^\\s''\"\\\\])*" -%}
    {{ replace_regex(
        command,
        "'(?s)^(?:\\s*(?:" ~ keyword ~ "|(?:\\S*/)?(?:" ~ wrapper ~ ")|" ~ assignment ~ ")\\s+)*\\s*'",
        "''"
    ) }}
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
{% macro marked_parts(text) %}{{ return(adapter.dispatch('marked_parts')(text)) }}{% endmacro %}
{% macro duckdb__marked_parts(text) -%}
    unnest(string_split({{ text }}, chr(30))) as part,
    generate_subscripts(string_split({{ text }}, chr(30)), 1) as part_number
{%- endmacro %}
{% macro spark__marked_parts(text) -%}
    inline(transform(split({{ text }}, chr(30)), (part, place) -> struct(part, place + 1 as part_number)))
{%- endmacro %}

{# The commands that a shell runs to make up a text: what stands in its $(…) and `…`, a line each; null where there are none. #}
{% macro substituted_commands(text) %}{{ return(adapter.dispatch('substituted_commands')(text)) }}{% endmacro %}
{% macro duckdb__substituted_commands(text) -%}
    nullif(array_to_string(regexp_extract_all({{ text }}, '{{ substitution() }}', 1), chr(10)), '')
{%- endmacro %}
{% macro spark__substituted_commands(text) -%}
    nullif(array_join(regexp_extract_all({{ text }}, '{{ substitution() }}', 1), '\n'), '')
{%- endmacro %}
{% macro substitution() -%}
    (?s)\$\(((?:[^()]|\([^()]*\))*)\)
{%- endmacro %}

{#
    The script that a simple command has executed: the argument of `sh -c`, of `eval`, what `ssh` runs on another machine and `docker exec` in
    a container, what is piped into a shell by echo; for any other program the commands that are substituted in its quoted words. Null
    where there is none.
#}
{% macro executed_script(program, command, piped_from) -%}
    {%- set shells = "('sh', 'bash', 'zsh', 'dash', 'ksh', 'fish', 'pwsh', 'pwsh.exe', 'powershell', 'powershell.exe', 'cmd', 'cmd.exe')" -%}
    {%- set script_option = "(?s)^\\S+.*?\\s(?:-\\w*c|-Command|-command|/c|//c)\\s" -%}
    {%- set option = "(?:\\s+-(?:[BbcDEeFIiJLlmOopQRSWwnu]\\s+\\S+|\\S+))*" -%}
    case
        when {{ program }} in {{ shells }} and {{ matches_regex(command, "'" ~ script_option ~ "'") }}
            then {{ unquoted("regexp_extract(" ~ command ~ ", '" ~ script_option ~ "+(" ~ quoted_piece() ~ "|[^''\"].*)', 1)") }}
        when {{ program }} in {{ shells }} and {{ command }} like '%<herestring %'
            then {{ unquoted("regexp_extract(" ~ command ~ ", '(?s)<herestring\\s+(" ~ quoted_piece() ~ "|\\S+)', 1)") }}
        when {{ program }} in {{ shells }} and {{ matches_regex(piped_from, "'^(?:echo|printf)\\s'") }}
            then {{ unquoted("regexp_extract(" ~ piped_from ~ ", '(?s)^\\w+(?:\\s+-\\w+)*\\s+(.*)$', 1)") }}
        when {{ program }} in ('eval', 'su')
            then {{ unquoted("regexp_extract(" ~ command ~ ", '(?s)^(?:eval|su\\b.*?\\s-c)\\s+(.*)$', 1)") }}
        when {{ program }} = 'ssh'
            then {{ unquoted("regexp_extract(" ~ command ~ ", '(?s)^\\S+" ~ option ~ "\\s+\\S+\\s+(.+)$', 1)") }}
        when {{ program }} = 'kubectl'
            then nullif(regexp_extract({{ command }}, '(?s)^\S+\s+(?:\S+\s+)*?exec\s.*?\s--\s+(.+)$', 1), '')
        when {{ program }} in ('docker', 'podman')
            then nullif(regexp_extract(
                {{ command }}, '(?s)^\S+(?:\s+compose)?\s+exec{{ option }}\s+[^\s-]\S*\s+(.+)$', 1
            ), '')
        when {{ command }} like '%"%$(%'
            then {{ substituted_commands(replace_regex(command, "'(?s)(\"(?:[^\"\\\\]|\\\\.)*\")|''[^'']*'''", "'\\1'")) }}
    end
{%- endmacro %}

{# Words of the shells' grammar that stand where a program could. #}
{% macro shell_grammar_words() -%}
    'case', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'function', 'if', 'select', 'then', 'until', 'while'
{%- endmacro %}

{#
    Where a script is run: the program that carries it to another machine or container, if one does on the way to it; else the program that
    executes it. Its paths are not this machine's there.
#}
{% macro runs_elsewhere(parent_program, program) -%}
    case when {{ parent_program }} in ('ssh', 'docker', 'podman', 'kubectl') then {{ parent_program }} else {{ program }} end
{%- endmacro %}
