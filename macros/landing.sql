{# The columns of a landing table and their types, in the extractor's order. A column that an older batch lacks reads as a typed null. #}
{% macro landing_columns(table) -%}
    {%- set common = [
        ('host', 'varchar'), ('account', 'varchar'), ('provider', 'varchar'), ('fleet', 'varchar'),
        ('source_path', 'varchar'), ('generation', 'integer'), ('line_number', 'bigint'), ('byte_offset', 'bigint'),
        ('line_status', 'varchar'), ('error', 'varchar'), ('batch_id', 'varchar'), ('landed_at', 'timestamp'),
        ('raw', 'varchar'), ('raw_bytes', 'blob'), ('repaired', 'varchar'),
    ] -%}
    {%- set typed = {
        'claude_code_lines': [
            ('record_type', 'varchar'), ('subtype', 'varchar'), ('uuid', 'varchar'), ('parent_uuid', 'varchar'),
            ('session_id', 'varchar'), ('agent_id', 'varchar'), ('is_sidechain', 'boolean'), ('is_meta', 'boolean'),
            ('is_compact_summary', 'boolean'), ('is_api_error_message', 'boolean'), ('logged_timestamp', 'varchar'),
            ('cwd', 'varchar'), ('git_branch', 'varchar'), ('version', 'varchar'), ('entrypoint', 'varchar'),
            ('request_id', 'varchar'), ('prompt_id', 'varchar'), ('custom_title', 'varchar'),
            ('ai_title', 'varchar'), ('summary', 'varchar'), ('leaf_uuid', 'varchar'), ('forked_from_session_id', 'varchar'),
            ('forked_from_message_uuid', 'varchar'), ('source_tool_assistant_uuid', 'varchar'),
            ('message_id', 'varchar'), ('message_role', 'varchar'), ('model', 'varchar'), ('stop_reason', 'varchar'),
            ('input_tokens', 'bigint'), ('output_tokens', 'bigint'), ('cache_read_input_tokens', 'bigint'),
            ('cache_creation_input_tokens', 'bigint'), ('ephemeral_5m_input_tokens', 'bigint'),
            ('ephemeral_1h_input_tokens', 'bigint'), ('web_search_requests', 'bigint'), ('speed', 'varchar'),
            ('service_tier', 'varchar'), ('inference_geo', 'varchar'), ('usage_iterations', 'bigint'),
        ],
        'mu_events': [
            ('event_id', 'bigint'), ('session_id', 'varchar'), ('timestamp_unix_ms', 'bigint'),
            ('actor_kind', 'varchar'), ('actor_name', 'varchar'), ('kind', 'varchar'),
        ],
        'otel_requests': [
            ('logs', 'struct(record_number bigint, session_id varchar, service_name varchar, service_version varchar, scope_name varchar, attributes varchar, event_name varchar, event_sequence bigint, time_unix_nano bigint, observed_time_unix_nano bigint)[]'),
            ('points', 'struct(record_number bigint, session_id varchar, service_name varchar, service_version varchar, scope_name varchar, attributes varchar, metric_name varchar, unit varchar, point_kind varchar, temporality bigint, is_monotonic boolean, start_time_unix_nano bigint, time_unix_nano bigint, "value" double)[]'),
            ('spans', 'struct(record_number bigint, session_id varchar, service_name varchar, service_version varchar, scope_name varchar, attributes varchar, trace_id varchar, span_id varchar, parent_span_id varchar, span_name varchar, start_time_unix_nano bigint, end_time_unix_nano bigint, status_code bigint)[]'),
        ],
    } -%}
    {{ return(common + typed[table]) }}
{%- endmacro %}


{#
    Points the landing schema of the warehouse at the batches that the manifests name, and only at those: a batch file that a killed
    extractor left behind, or that compaction has replaced, is not read. Runs at the start of every dbt command; an empty landing gives
    empty views of the same shape.
#}
{% macro create_landing_views() %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {#- The data directory is the warehouse's. Its path may hold what DuckDB takes for a pattern. -#}
    {%- set path_of_warehouse = "select path from duckdb_databases() where database_name = current_database()" -%}
    {%- set data = run_query(path_of_warehouse).columns[0].values()[0][: -("/warehouse.duckdb" | length)] -%}
    {%- set escaped = data | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') -%}
    {%- set quoted_data = escaped | replace("'", "''") -%}
    {%- set quoted = quoted_data ~ '/landing' -%}
    {%- set manifests = quoted ~ '/manifests/*.json' -%}
    {%- set manifest_count = run_query("select count(*) from glob('" ~ manifests ~ "')").columns[0].values()[0] -%}

    {%- set manifest_columns -%}
        {host: 'varchar', demo: 'boolean', committed_at: 'timestamp',
         sources: 'struct(fleet varchar, account varchar, provider varchar, root varchar, position bigint)[]',
         batches: 'struct(batch_id varchar, "table" varchar, path varchar, "rows" bigint, ok_lines bigint, repaired_lines bigint, rejected_lines bigint, bytes bigint, landed_at timestamp)[]'}
    {%- endset -%}
    {%- set read_manifests -%}
        {%- if manifest_count > 0 -%}
            read_json('{{ manifests }}', format = 'unstructured', columns = {{ manifest_columns }})
        {%- else -%}
            (select null::varchar as host, null::boolean as demo, null::timestamp as committed_at,
                null::struct(fleet varchar, account varchar, provider varchar, root varchar, position bigint)[] as sources,
                null::struct(batch_id varchar, "table" varchar, path varchar, "rows" bigint, ok_lines bigint, repaired_lines bigint,
                    rejected_lines bigint, bytes bigint, landed_at timestamp)[] as batches
             where false)
        {%- endif -%}
    {%- endset -%}

    {%- do run_query("create schema if not exists landing") -%}
    {%- do run_query("create or replace table landing.manifests as select * from " ~ read_manifests) -%}
    {%- do run_query(
        "create or replace view landing.sources as "
        ~ "select host, demo, source.fleet, source.account, source.provider, source.root, source.position "
        ~ "from (select host, demo, unnest(sources) as source from landing.manifests)"
    ) -%}
    {%- set scans = quoted_data ~ '/secrets/*.json' -%}
    {%- set scan_columns -%}
        {batch_id: 'varchar', scanned_at: 'timestamp',
         secrets: 'struct(host varchar, account varchar, source_path varchar, generation integer, byte_offset bigint, block_number bigint, found_in varchar, secret_type varchar, secret_hash varchar)[]'}
    {%- endset -%}
    {%- set read_scans -%}
        {%- if run_query("select count(*) from glob('" ~ scans ~ "')").columns[0].values()[0] > 0 -%}
            read_json('{{ scans }}', format = 'unstructured', columns = {{ scan_columns }})
        {%- else -%}
            (select null::varchar as batch_id, null::timestamp as scanned_at,
                null::struct(host varchar, account varchar, source_path varchar, generation integer, byte_offset bigint, block_number bigint,
                    found_in varchar, secret_type varchar, secret_hash varchar)[] as secrets
             where false)
        {%- endif -%}
    {%- endset -%}
    {%- do run_query("create or replace table landing.secret_scans as select * from " ~ read_scans) -%}
    {%- do run_query(
        "create or replace view landing.secrets as "
        ~ "select batch_id, secret.* from (select batch_id, unnest(secrets) as secret from landing.secret_scans)"
    ) -%}
    {%- do run_query(
        "create or replace view landing.batches as "
        ~ "select batches.*, scans.scanned_at as secrets_scanned_at "
        ~ "from (select host, batch.* from (select host, unnest(batches) as batch from landing.manifests)) as batches "
        ~ "left join landing.secret_scans as scans using (batch_id)"
    ) -%}

    {%- for table in ['claude_code_lines', 'mu_events', 'otel_requests'] -%}
        {%- set paths = run_query(
            "select '" ~ quoted ~ "/' || path from landing.batches where \"table\" = '" ~ table ~ "' order by path"
        ).columns[0].values() -%}
        {%- do create_landing_view(table, landing_columns(table), paths) -%}
    {%- endfor -%}
    {%- do create_collected_views(quoted) -%}
    {{ return('') }}
{% endmacro %}


{# A view of some Parquet files in a landing table's columns, empty without any. Arguments: its name, its columns, the files. #}
{% macro create_landing_view(table, columns, paths) %}
    {%- set statement -%}
        create or replace view landing.{{ table }} as
        select {% for name, _ in columns %}{{ name }}{{ ', ' if not loop.last }}{% endfor %}
        from (
            select {% for name, type in columns %}null::{{ type }} as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
            where false
            {% if paths %}
            union all by name
            select * from read_parquet(
                [{% for path in paths %}'{{ path | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor %}],
                union_by_name = true, hive_partitioning = false
            )
            {% endif %}
        )
    {%- endset -%}
    {%- do run_query(statement) -%}
{% endmacro %}


{#
    The tables of what is collected beside the logs (module collected), and their columns. Each is append-only: where one thing was
    observed more than once, staging takes the latest.
#}
{% macro collected_tables() -%}
    {{ return({
        'git_directories': [
            ('host', 'varchar'), ('directory', 'varchar'), ('repository', 'varchar'), ('remote', 'varchar'),
            ('default_branch', 'varchar'), ('status', 'varchar'), ('reason', 'varchar'), ('observed_at', 'timestamp'),
        ],
        'git_commits': [
            ('host', 'varchar'), ('repository', 'varchar'), ('sha', 'varchar'), ('parents', 'varchar'),
            ('authored_at', 'timestamp'), ('committed_at', 'timestamp'), ('subject', 'varchar'), ('body', 'varchar'),
            ('diff_is_known', 'boolean'), ('file_count', 'bigint'),
            ('files', 'struct(path varchar, old_path varchar, insertions bigint, deletions bigint)[]'),
            ('observed_at', 'timestamp'),
        ],
        'git_commit_states': [
            ('host', 'varchar'), ('repository', 'varchar'), ('sha', 'varchar'), ('branch', 'varchar'),
            ('is_on_a_branch', 'boolean'), ('reached_default_branch', 'boolean'), ('observed_at', 'timestamp'),
        ],
        'github_pull_requests': [
            ('host', 'varchar'), ('url', 'varchar'), ('raw', 'varchar'), ('observed_at', 'timestamp'),
        ],
        'backfilled_tasks': [
            ('host', 'varchar'), ('task_id', 'varchar'), ('session_id', 'varchar'), ('parent_task_id', 'varchar'),
            ('provider', 'varchar'), ('model', 'varchar'), ('model_version', 'varchar'), ('exit_reason', 'varchar'), ('outcome_class', 'varchar'), ('outcome_confidence', 'varchar'),
            ('rationale', 'varchar'), ('started_at', 'timestamp'), ('ended_at', 'timestamp'), ('wall_clock_ms', 'bigint'),
            ('prompt_tokens', 'bigint'), ('completion_tokens', 'bigint'), ('cache_read_tokens', 'bigint'), ('cache_write_tokens', 'bigint'),
            ('source_file', 'varchar'), ('entry_number', 'bigint'), ('observed_at', 'timestamp'),
        ],
        'session_marks': [
            ('host', 'varchar'), ('session_id', 'varchar'), ('rating', 'bigint'), ('note', 'varchar'), ('observed_at', 'timestamp'),
        ],
    }) }}
{%- endmacro %}


{# Views over what is collected, like those over the log lines: exactly the files that the manifests in collected/ name. #}
{% macro create_collected_views(quoted_landing) %}
    {%- set manifests = quoted_landing ~ '/collected/*.json' -%}
    {%- set manifest_count = run_query("select count(*) from glob('" ~ manifests ~ "')").columns[0].values()[0] -%}
    {%- set paths = {} -%}
    {%- if manifest_count > 0 -%}
        {%- set named = run_query(
            "select batch.\"table\", '" ~ quoted_landing ~ "/' || batch.path from (select unnest(batches) as batch from read_json('"
            ~ manifests ~ "', format = 'unstructured', columns = {batches: 'struct(\"table\" varchar, path varchar)[]'})) order by all"
        ) -%}
        {%- for row in named.rows -%}
            {%- do paths.setdefault(row[0], []).append(row[1]) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for table, columns in collected_tables().items() -%}
        {%- do create_landing_view(table, columns, paths.get(table, [])) -%}
    {%- endfor -%}
{% endmacro %}
