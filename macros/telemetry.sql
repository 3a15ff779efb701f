{# What a request can come to when transcript and telemetry are compared. #}
{% macro telemetry_verdicts() -%}
    {{ return(['match', 'transcript_output_placeholder', 'telemetry_only', 'transcript_only', 'price_difference', 'tokens_differ']) }}
{%- endmacro %}
