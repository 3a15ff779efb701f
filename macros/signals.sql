{#- A threshold of the seed signal_thresholds, for models that import it as `thresholds`. -#}
{% macro threshold(name) -%}
    (select thresholds.value from thresholds where thresholds.threshold = '{{ name }}')
{%- endmacro %}

{#- What was said as words alone: in small letters, one space between them and around all. -#}
{% macro plain_words(text) -%}
    (' ' || trim(regexp_replace(lower({{ text }}), '[^\pL\pN]+', ' ', 'g')) || ' ')
{%- endmacro %}
