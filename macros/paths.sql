{#
    Paths of three systems read alike, from their text alone: no file is looked at, so a symbolic link is not followed. Arguments are SQL
    expressions of text.
#}

{# A path with slashes, `$HOME` as `~`, and a drive as Windows names it (`/c/x` of its shells is `c:/x`, where the directory it stands in has a drive). #}
{% macro plain_path(path, directory) -%}
    {%- set slashed = "replace(replace(replace(" ~ path ~ ", '\\', '/'), '${HOME}', '~'), '$HOME', '~')" -%}
    case
        when {{ matches_regex(directory, "'^[A-Za-z]:'") }} and {{ matches_regex(path, "'^/[A-Za-z](?:/|$)'") }}
            then substring({{ path }}, 2, 1) || ':' || substring({{ path }}, 3)
        else {{ slashed }}
    end
{%- endmacro %}

{# The home directory that a working directory lies in; null where it tells none. #}
{% macro home_of(directory) -%}
    nullif(regexp_extract(replace({{ directory }}, '\', '/'), '^(?:/home/[^/]+|/Users/[^/]+|/root|[A-Za-z]:/Users/[^/]+)', 0), '')
{%- endmacro %}

{# Whether a plain path stands for itself, wherever one is. #}
{% macro is_absolute_path(path) -%}
    {{ matches_regex(path, "'^(?:/|[A-Za-z]:/)'") }}
{%- endmacro %}

{# Where a plain path leads from a directory, itself if it is null; null where a variable or a pattern stands in it. #}
{% macro path_from(path, directory, home) -%}
    case
        when {{ path }} is null then {{ directory }}
        when {{ matches_regex(path, "'[$…*]|^-$'") }} then null
        when {{ is_absolute_path(path) }} then {{ path }}
        when {{ path }} like '~%' then {{ home }} || substring({{ path }}, 2)
        else replace({{ directory }}, '\', '/') || '/' || {{ path }}
    end
{%- endmacro %}

{#
    A path without `.`, `//`, and as many `..` as its parts allow: up to twelve that follow one another. Where the path is relative and climbs
    out of where it begins, it begins with `..` then.
#}
{% macro lexical_path(path) -%}
    {%- set part = "(?:[^/.][^/]*|\\.[^/.][^/]*|\\.\\.[^/]+)/" -%}
    {%- set climbs = [] -%}
    {%- for depth in [4, 3, 2, 1] -%}
        {%- do climbs.append(part * depth ~ "\\.\\./" * (depth - 1) ~ "\\.\\.") -%}
    {%- endfor -%}
    {%- set climb = "'(^|/)(?:" ~ climbs | join('|') ~ ")(?:/|$)'" -%}
    {%- set clean = replace_regex(replace_regex(path, "'/(?:\\.?/)+'", "'/'"), "'(^|/)\\.(?:/|$)'", "'\\1'") -%}
    {%- set climbed = replace_regex(replace_regex(replace_regex(clean, climb, "'\\1'"), climb, "'\\1'"), climb, "'\\1'") -%}
    case
        when {{ path }} like '%/.%' or {{ path }} like './%' or {{ path }} like '%//%' or {{ path }} like '%_/'
            then {{ replace_regex(
                replace_regex(climbed, "'^/(?:\\.\\./)*(?:\\.\\.$)?'", "'/'"), "'(.)/$'", "'\\1'"
            ) }}
        else {{ path }}
    end
{%- endmacro %}

{# Whether a path is a directory, or lies in it; Windows does not tell cases apart. #}
{% macro lies_in(path, directory) -%}
    {%- set plain = "replace(" ~ directory ~ ", '\\', '/') || '/'" -%}
    coalesce(
        substring({{ path }} || '/', 1, length({{ directory }}) + 1) = {{ plain }}
        or (
            {{ matches_regex(directory, "'^[A-Za-z]:'") }}
            and lower(substring({{ path }} || '/', 1, length({{ directory }}) + 1)) = lower({{ plain }})
        ),
        false
    )
{%- endmacro %}

{# The name that Claude Code gives the place of a directory's transcripts; what lies beyond the first 65,536 characters of Unicode counts twice. #}
{% macro project_slug(directory) -%}
    {{ replace_regex(replace_regex(directory, "'[\\x{10000}-\\x{10FFFF}]'", "'--'"), "'[^a-zA-Z0-9-]'", "'-'") }}
{%- endmacro %}

{# A path of Windows with slashes, where a drive or a server tells that it is one: in the path, or in the directory it stands in. #}
{% macro slashed_path(path, directory) -%}
    case
        when {{ matches_regex(directory, "'^[A-Za-z]:'") }} or {{ matches_regex(path, "'^[A-Za-z]:|^\\\\\\\\'") }}
            then replace({{ path }}, '\', '/')
        else {{ path }}
    end
{%- endmacro %}
