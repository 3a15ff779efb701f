{#
    Forms of DuckDB's that models say in one word. On Spark they are translated with the models that call them (module spark.sql).
#}

{#
    The instant of an ISO 8601 text, as a UTC timestamp (without an offset the text is taken to be UTC); null where the text is none.
    The engines read more than that as a time: 'infinity', of which no day can be told, 'now', which differs from build to build,
    and names of zones, which DuckDB 1.5 then applies to the texts after it. So they get to see nothing else.
#}
{% macro utc_timestamp(text) -%}
    {%- set iso_8601 = "'^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+)?(Z|[+-][0-9:]+)?$'" -%}
    {{ instant_of("case when " ~ matches_regex(text, iso_8601) ~ " then " ~ text ~ " end") }}
{%- endmacro %}
{% macro instant_of(text) -%}
    cast(try_cast({{ text }} as timestamptz) at time zone 'UTC' as timestamp)
{%- endmacro %}

{# The UTC timestamp of milliseconds since 1970; null where it lies outside what a timestamp can hold. #}
{% macro timestamp_from_unix_ms(ms) -%}
    case when {{ ms }} between -62135596800000 and 253402300799999 then make_timestamp({{ ms }} * 1000) end
{%- endmacro %}

{# Whole milliseconds from one timestamp to a later one. #}
{% macro ms_between(from_ts, to_ts) -%}
    date_diff('millisecond', {{ from_ts }}, {{ to_ts }})
{%- endmacro %}

{# The name of the reporting time zone. #}
{% macro reporting_zone() -%}
    (select reporting.timezone from {{ ref('int_reporting') }} as reporting)
{%- endmacro %}

{# What clocks of the reporting time zone show at a UTC timestamp. #}
{# DuckDB looks each instant up in a calendar, UTC's as well: a microsecond each. #}
{% macro reporting_time(ts) -%}
    case when {{ reporting_zone() }} = 'UTC' then {{ ts }} else timezone({{ reporting_zone() }}, timezone('UTC', {{ ts }})) end
{%- endmacro %}

{# The calendar day of a UTC timestamp in the reporting time zone. #}
{% macro reporting_date(ts) -%}
    cast({{ reporting_time(ts) }} as date)
{%- endmacro %}

{# The days from one date to a later one. #}
{% macro days_between(from_day, to_day) -%}
    date_diff('day', {{ from_day }}, {{ to_day }})
{%- endmacro %}

{# Whether a text is what a pattern says, in which `*` stands for any text. Arguments: two SQL expressions. #}
{% macro is_like(text, pattern) -%}
    {{ text }} like replace(replace(replace(replace({{ pattern }}, '^', '^^'), '%', '^%'), '_', '^_'), '*', '%') escape '^'
{%- endmacro %}

{# A struct of JSON's fields, in the given structure; a field that is absent or of another type is null. Staging only. #}
{% macro parse_json(text, structure) -%}
    from_json({{ text }}, '{{ structure }}')
{%- endmacro %}

{# The text at a JSON path; null where there is none or it is no text. Staging only. #}
{% macro json_text(text, path) -%}
    json_extract_string({{ text }}, '{{ path }}')
{%- endmacro %}

{# The JSON text of what stands at a JSON path. Staging only. #}
{% macro json_object_at(text, path) -%}
    json_extract({{ text }}, '{{ path }}')
{%- endmacro %}

{#
    The keys of the objects at some paths of a JSON text, as one text with chr(31) between them; null where there are none. Staging only.
    Arguments: an SQL expression, and a list of JSON paths.
#}
{% macro json_keys_at(text, paths) -%}
    nullif(
        array_to_string(
            flatten(json_keys({{ text }}, [{% for path in paths %}'{{ path }}'{{ ', ' if not loop.last }}{% endfor %}])),
            chr(31)
        ),
        ''
    )
{%- endmacro %}

{# One row for each part of a text between separators, as a column of a select. #}
{% macro each_part(text, separator) -%}
    unnest(string_split({{ text }}, {{ separator }}))
{%- endmacro %}

{# A text on one line: runs of white space and control characters become one space, none at the ends. #}
{% macro single_line(text) -%}
    trim(regexp_replace({{ text }}, '[[:cntrl:][:space:]]+', ' ', 'g'))
{%- endmacro %}

{# The engine's name and version. #}
{% macro engine_version() -%}
    '{{ "duckdb" if target.type == "duckdb" else "spark" }} ' || version()
{%- endmacro %}

{# A text that sorts as a version's numbers do (2.1.9 before 2.1.63); null where the text is null. #}
{% macro version_key(version) -%}
    {%- for part in [1, 2, 3] -%}
        lpad(split_part({{ version }}, '.', {{ part }}), 8, '0'){{ ' || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Some columns of a row as one value. Argument: their names. #}
{% macro struct_of(columns) -%}
    struct_pack({% for column in columns %}{{ column }} := {{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# A text of a timestamp that sorts as the instants do (a cast leaves out zeros at its end); null where there is none. #}
{% macro time_key(ts) -%}
    strftime({{ ts }}, '%Y-%m-%d %H:%M:%S.%f')
{%- endmacro %}

{# The whole hour that a timestamp lies in. #}
{% macro hour_of(ts) -%}
    date_trunc('hour', {{ ts }})
{%- endmacro %}

{#
    Of the instants of a group, those that open a usage window, one row each, as a column of a select: the first, and then each that comes
    strictly more than `hours` after the whole hour of the one that opened the window before. A fold, since each window depends on
    the one before it: one pass over the instants, where a recursive query runs once for each window.
    Arguments: an SQL expression of a timestamp, and a number.
#}
{% macro window_openers(instant, hours) -%}
    unnest(list_reduce(
        list([{{ instant }}] order by {{ instant }}),
        (opened, next) -> case
            when next[1] > date_trunc('hour', opened[-1]) + interval {{ hours }} hours then list_concat(opened, next)
            else opened
        end
    ))
{%- endmacro %}

{# One row for each match of an expression (its first group), as a column of a select. Arguments: two SQL expressions. #}
{% macro each_match(text, pattern) -%}
    unnest(regexp_extract_all({{ text }}, {{ pattern }}, 1))
{%- endmacro %}

{# One row for each word of a text, as the columns `word` and `word_number`, from 1, of a select. #}
{% macro numbered_words(text) -%}
    unnest(regexp_split_to_array({{ text }}, '\s+')) as word,
    generate_subscripts(regexp_split_to_array({{ text }}, '\s+'), 1) as word_number
{%- endmacro %}

{# The first day of each month from that of one date to that of a later one, one row each, as a column of a select. #}
{% macro each_month(from_day, to_day) -%}
    cast(unnest(generate_series(
        date_trunc('month', {{ from_day }}), date_trunc('month', {{ to_day }}), interval '1' month
    )) as date)
{%- endmacro %}

{# The distinct texts of a group in their order, as one text. Arguments: an SQL expression, and a separator. #}
{% macro names_of_group(text, separator) -%}
    string_agg(distinct {{ text }}, '{{ separator }}' order by {{ text }})
{%- endmacro %}

{# One row for each element of a list, as a column of a select. Argument: an SQL expression of a list. #}
{% macro each_element(list) -%}
    unnest({{ list }})
{%- endmacro %}

{# The UTC timestamp of nanoseconds since 1970, to the microsecond; null where it lies outside what OTLP can mean. #}
{% macro timestamp_from_unix_nano(nano) -%}
    case when {{ nano }} > 0 then make_timestamp({{ nano }} // 1000) end
{%- endmacro %}

{# A number of 64 bits that stands for a text; two texts in ten billion billions have the same. #}
{% macro short_hash(text) -%}
    md5_number_lower({{ text }})
{%- endmacro %}

{# The texts of a group in an order, joined without anything between them. Arguments: two SQL expressions. #}
{% macro joined_in_order(text, position) -%}
    string_agg({{ text }}, '' order by {{ position }})
{%- endmacro %}

{# How far the values of a group or window lie from their median, in the median. #}
{% macro median_deviation(value) -%}
    mad({{ value }})
{%- endmacro %}
