{# Milliseconds that were worked: the sum of the gaps between neighbouring lines, without those over five minutes (somebody was away). #}
{% macro active_ms(gap_ms) -%}
    cast(coalesce(sum(case when {{ gap_ms }} <= 300000 then {{ gap_ms }} end), 0) as bigint)
{%- endmacro %}
