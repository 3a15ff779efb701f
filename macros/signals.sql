{#- A threshold of the seed signal_thresholds, for models that import it as `thresholds`. -#}
{% macro threshold(name) -%}
    (select thresholds.value from thresholds where thresholds.threshold = '{{ name }}')
{%- endmacro %}

{#- What was said as words alone: in small letters, one space between them and around all. -#}
{% macro plain_words(text) -%}
    (' ' || trim(regexp_replace(lower({{ text }}), '[^\pL\pN]+', ' ', 'g')) || ' ')
{%- endmacro %}

{#- The shares that versions are compared by: a name, what is counted, out of what. -#}
{% macro version_shares() -%}
    {{ return([
        ('tool_error_share', 'tool_error_count', 'tool_call_count'),
        ('degraded_share', 'degraded_call_count', 'ended_call_count'),
        ('success_share', 'successful_session_count', 'decided_session_count'),
    ]) }}
{%- endmacro %}

{#- A bound ('-' or '+') of the interval that holds a share with 95 %, by Wilson; null of nothing. -#}
{% macro wilson(part, whole, sign) -%}
    case when {{ whole }} > 0 then cast((
        {{ part }} + 1.9208
        {{ sign }} 1.96 * sqrt(cast({{ part }} as double) * ({{ whole }} - {{ part }}) / {{ whole }} + 0.9604)
    ) / ({{ whole }} + 3.8416) as double) end
{%- endmacro %}
