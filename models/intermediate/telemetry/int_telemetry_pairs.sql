{{ config(materialized='ephemeral') }}

with

requests as (

    select * from {{ ref('int_telemetry_requests') }}

),

calls as (

    select * from {{ ref('int_telemetry_calls') }}

),

matches as (

    select * from {{ ref('int_telemetry_matches') }}

),

strays as (

    select * from {{ ref('int_telemetry_strays') }}

),

reported as (

    {% for from in ['requests', 'strays'] %}
        select
            {{ 'matches' if from == 'requests' else 'strays' }}.call_key,
            {% for column in [
                'telemetry_request_id', 'session_id', 'host', 'client_version', 'request_id', 'requested_at', 'model',
                'query_source', 'query_kind', 'input_tokens', 'output_tokens', 'cache_read_tokens',
                'cache_write_5m_tokens', 'cache_write_1h_tokens'
            ] %}
                {{ from }}.{{ column }},
            {% endfor %}
            {{ from }}.client_cost_usd

        from {{ from }}

        {% if from == 'requests' %}
            left join matches
                on requests.telemetry_request_id = matches.telemetry_request_id

            where requests.telemetry_request_id not in (select strays.telemetry_request_id from strays)

            union all
        {% else %}
            inner join calls
                on strays.call_key = calls.call_key
                and strays.session_id = calls.session_id
        {% endif %}
    {% endfor %}

),

pairs as (

    select
        coalesce(calls.call_key, requests.telemetry_request_id) as pair_key,
        calls.call_key,
        requests.telemetry_request_id,
        coalesce(calls.request_id, requests.request_id) as request_id,
        coalesce(calls.session_id, requests.session_id) as session_id,
        coalesce(calls.host, requests.host) as host,
        coalesce(calls.model, requests.model) as model,
        coalesce(calls.client_version, requests.client_version) as client_version,
        coalesce(requests.requested_at, calls.called_at) as requested_at,
        requests.query_source,
        requests.query_kind,
        calls.cost_kind,
        calls.stop_reason,
        calls.rate_caveats,
        calls.usage_is_final,
        calls.model <> requests.model as has_other_model,
        calls.web_search_cost_usd,
        calls.corrected_output_tokens,
        {% for side, from in [('transcript', 'calls'), ('telemetry', 'requests')] %}
            {% for count in ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h'] %}
                {{ from }}.{{ count }}_tokens as {{ side }}_{{ count }}_tokens,
            {% endfor %}
        {% endfor %}
        calls.cost_usd as transcript_cost_usd,
        requests.client_cost_usd as telemetry_cost_usd

    from calls

    full outer join reported as requests
        on calls.call_key = requests.call_key

)

select * from pairs
