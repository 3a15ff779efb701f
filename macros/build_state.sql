{#
    Remembers in the warehouse whether its marts are all of one build that ended well. What is left by a build that was killed, failed
    a test, or made only some models, is a mixture that `publish` must not hand out.
#}

{# Runs at the start of every dbt command that changes tables: until it ends, they are not of one build. #}
{% macro note_build_begun() %}{{ return(adapter.dispatch('note_build_begun')()) }}{% endmacro %}
{% macro duckdb__note_build_begun() %}
    {%- if execute and flags.WHICH in ('build', 'run', 'seed') -%}
        {%- do run_query("create or replace table main.build_state as select false as is_complete") -%}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{# Spark is shown what is landed; DuckDB is when it connects. What is published of Spark's tables is not theirs to say. #}
{% macro fleetledger_spark__note_build_begun() %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- for statement in adapter.statements_that_show_landing() -%}
            {%- do run_query(statement) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{#
    Runs at the end: they are, if every model was made and nothing failed but alarms, which are tests of what was spent, not of the
    figures. Argument: dbt's results.
#}
{% macro note_build_ended(results) %}{{ return(adapter.dispatch('note_build_ended')(results)) }}{% endmacro %}
{% macro fleetledger_spark__note_build_ended(results) %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- do run_query('drop schema if exists steps cascade') -%}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}
{% macro duckdb__note_build_ended(results) %}
    {%- if execute and flags.WHICH == 'build' -%}
        {%- set failed = [] -%}
        {%- for result in results if result.status in ['error', 'fail', 'skipped', 'runtime error'] -%}
            {%- if 'alarm' not in result.node.tags -%}{%- do failed.append(result) -%}{%- endif -%}
        {%- endfor -%}
        {%- set made = results | selectattr('node.resource_type', 'equalto', 'model') | list -%}
        {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
        {#- An ephemeral model is part of those that ask it. -#}
        {%- set models = models | rejectattr('config.materialized', 'equalto', 'ephemeral') | list -%}
        {%- if not failed and made | length == models | length -%}
            {#- What it was made of: a refresh looks for what differs. -#}
            {%- do run_query("create or replace table main.built_from as from landing.inputs") -%}
            {%- do run_query("create or replace table main.build_state as select true as is_complete, cast(uuid() as string) as build_id") -%}
        {%- endif -%}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}
