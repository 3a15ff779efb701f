{#- What a logged call says that no step between staging and the mart decides on, with its type: those steps pass it on.
    A new one is a line here, next to where staging reads it and where the mart describes it. -#}
{% macro call_facts() -%}
    {{ return({'service_tier': 'string', 'inference_geo': 'string', 'skill': 'string', 'mcp_server': 'string'}) }}
{%- endmacro %}

{#- The facts of `relation` as columns of a select, each with a comma. -#}
{% macro call_facts_of(relation) -%}
    {%- for fact in call_facts() %}{{ relation }}.{{ fact }}, {% endfor -%}
{%- endmacro %}
