{#
    The rules of names and rates that are told in seeds are regular expressions of the common part of RE2 (DuckDB) and Java (Spark):
    no look-ahead, no back-references; a replacement names its groups \1, \2, as DuckDB does.
#}

{# Whether an expression is found anywhere in a text. Arguments: two SQL expressions. #}
{% macro matches_regex(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}

{# A text with every match replaced. Arguments: three SQL expressions. #}
{% macro replace_regex(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}

{#
    A model name with its compact dates (-20251211) written the way the price books do (-2025-12-11).
    Source: genai_prices.types._normalize_compact_dated_ref. Argument: an SQL expression.
#}
{% macro dash_compact_dates(name) -%}
    {{ replace_regex(
        name,
        "'-(20[0-9][0-9])(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(-|:|$)'",
        "'-\\1-\\2-\\3\\4'"
    ) }}
{%- endmacro %}

{# The columns of a rate that a multiplier applies to: US dollars per million tokens. #}
{% macro token_price_columns() -%}
    {{ return([
        'input_usd_per_mtok', 'output_usd_per_mtok', 'cache_read_usd_per_mtok', 'cache_write_5m_usd_per_mtok',
        'cache_write_1h_usd_per_mtok',
    ]) }}
{%- endmacro %}

{# The part of a text that an expression finds first. Arguments: two SQL expressions. #}
{% macro first_match(text, pattern) -%}
    regexp_extract({{ text }}, {{ pattern }})
{%- endmacro %}

{#
    The price variant that a request takes. No book prices a speed and a service tier together, so that asking for both
    finds no rate. Arguments: two SQL expressions, each null where it asks for nothing.
#}
{% macro price_variant_of(speed, service_tier) -%}
    case
        when {{ speed }} is not null and {{ service_tier }} is not null then {{ speed }} || '+' || {{ service_tier }}
        else coalesce({{ speed }}, {{ service_tier }}, 'standard')
    end
{%- endmacro %}
