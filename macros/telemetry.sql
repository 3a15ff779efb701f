{# What a request can come to when transcript and telemetry are compared. #}
{% macro telemetry_verdicts() -%}
    {{ return(['match', 'transcript_output_placeholder', 'telemetry_only', 'transcript_only', 'price_difference', 'tokens_differ']) }}
{%- endmacro %}

{# The id of an event: what was sent again has the same. Without a session or a number each record is one of its own. #}
{% macro telemetry_event_id(of='') -%}
    md5(case
        when {{ of }}session_id = '' or {{ of }}event_sequence is null then concat_ws('|', {{ of }}line_id, {{ of }}record_number)
        else concat_ws('|', {{ of }}session_id, {{ of }}event_sequence, {{ of }}event_name, {{ of }}occurred_at)
    end)
{%- endmacro %}
