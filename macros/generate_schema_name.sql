{# Schemas are named plainly (staging, marts, seeds): one warehouse file is one environment, so a prefix would tell nobody anything. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
