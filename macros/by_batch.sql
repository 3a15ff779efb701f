{#
    The materialization `by_batch`: a table that keeps what was made of each landed batch, and makes only that of new ones. Batches never
    change, so nothing else can. It is for models whose rows come each of one landed line, with its batch_id among their columns, and which
    read nothing else; the landed lines that they read are those `where {{ batch_to_stage() }}`.

    All is made anew when the compiled model differs (its own SQL or a macro's), and with --full-refresh. Batches that compaction or
    `set-aside` has replaced are deleted. What is done stands in main.staged_batches, and is committed with the rows.
#}

{# The place in a model where by_batch says which batches it reads; in a preview or a unit test, all. #}
{% macro batch_to_stage() -%}
    (true /* batch to stage */)
{%- endmacro %}

{% materialization by_batch, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set there = load_cached_relation(this) -%}
    {%- set code = local_md5(sql) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- do run_query("create table if not exists main.staged_batches (model varchar, code varchar, batch_id varchar)") -%}
    {%- set named = run_query("select batch_id from landing.batches order by batch_id").columns[0].values() | list -%}
    {%- set staged = run_query(
        "select batch_id from main.staged_batches where model = '" ~ this.identifier ~ "' and code = '" ~ code ~ "'"
    ).columns[0].values() | list -%}
    {%- set is_new = there is none or not there.is_table or should_full_refresh() or not staged -%}

    {%- if is_new -%}
        {%- if there is not none -%}{%- do adapter.drop_relation(there) -%}{%- endif -%}
        {%- call statement('main') -%}
            create table {{ target }} as ({{ sql }});
            delete from main.staged_batches where model = '{{ this.identifier }}';
            {{ note_staged(this.identifier, code, named) }}
        {%- endcall -%}
    {%- else -%}
        {%- set added = named | reject('in', staged) | list -%}
        {%- set gone = staged | reject('in', named) | list -%}
        {%- call statement('main') -%}
            select 1;
            {%- if gone %}
            delete from {{ target }} where batch_id in {{ text_list(gone) }};
            delete from main.staged_batches where model = '{{ this.identifier }}' and batch_id in {{ text_list(gone) }};
            {%- endif %}
            {%- if added %}
            insert into {{ target }} by name (
                {{ sql | replace(batch_to_stage(), 'batch_id in ' ~ text_list(added)) }}
            );
            {{ note_staged(this.identifier, code, added) }}
            {%- endif %}
        {%- endcall -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# The statement that notes which batches a model has staged; none where there are none. #}
{% macro note_staged(model, code, batches) -%}
    {%- if batches -%}
        insert into main.staged_batches values
        {%- for batch in batches %} ('{{ model }}', '{{ code }}', '{{ batch }}'){{ ',' if not loop.last }}{% endfor %};
    {%- endif -%}
{%- endmacro %}

{# Texts as a list in SQL: ('a', 'b'). Argument: texts without quotes, such as ids. #}
{% macro text_list(texts) -%}
    ({%- for text in texts -%}'{{ text }}'{{ ', ' if not loop.last }}{%- endfor -%})
{%- endmacro %}
