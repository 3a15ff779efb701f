{# What dbt-spark runs as it is compiled is translated first: tables, views and data tests. #}

{% macro fleetledger_spark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- set steps, query = adapter.in_steps(compiled_code, relation.identifier) -%}
    {%- for step in steps -%}
        {%- do run_query('create schema if not exists steps') -%}
        {%- do run_query('create table steps.' ~ step.name ~ ' using parquet as ' ~ step.query) -%}
    {%- endfor -%}
    create table {{ relation }}
    {{ file_format_clause() }}
    {{ partition_cols(label="partitioned by") }}
    {{ location_clause() }}
    as
    {{ of_contract(query) }}
{%- endmacro %}

{% macro fleetledger_spark__create_view_as(relation, sql) -%}
    create or replace view {{ relation }} as
    {{ of_contract(adapter.for_spark(sql)) }}
{%- endmacro %}

{# A query in the columns and types of the model's contract, if it has one. A column that is missing is an error. #}
{% macro of_contract(query) -%}
    {%- if config.get('contract').enforced -%}
        select
            {%- for column in model.columns.values() %}
            cast({{ adapter.quote(column.name) }} as {{ column.data_type }}) as {{ adapter.quote(column.name) }}{{ ',' if not loop.last }}
            {%- endfor %}
        from (
            {{ query }}
        )
    {%- else -%}
        {{ query }}
    {%- endif -%}
{%- endmacro %}

{% macro fleetledger_spark__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    {{ adapter.for_spark(default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit)) }}
{%- endmacro %}

{# A seed's rows as texts, cast to the types that its YAML gives. dbt-spark writes them between apostrophes as they are. #}
{% macro fleetledger_spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- for chunk in agate_table.rows | batch(2000) -%}
        {%- set sql -%}
            insert into {{ this.render() }}
            select
                {%- for name in agate_table.column_names %}
                cast({{ adapter.quote(name) }} as {{ types[name] }}){{ ',' if not loop.last }}
                {%- endfor %}
            from values {{ adapter.texts_for_spark(chunk) }} as seed({{ agate_table.column_names | map('replace', '`', '') | join(', ') }})
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {%- endfor -%}
    {{ return('') }}
{%- endmacro %}
