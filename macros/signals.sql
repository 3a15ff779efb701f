{#- A threshold of the seed signal_thresholds, for models that import it as `thresholds`. -#}
{% macro threshold(name) -%}
    (select thresholds.value from thresholds where thresholds.threshold = '{{ name }}')
{%- endmacro %}
