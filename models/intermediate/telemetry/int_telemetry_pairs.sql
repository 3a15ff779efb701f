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

matched_calls as (

    select
        calls.*,
        matches.telemetry_request_id

    from calls

    left join matches
        on calls.call_key = matches.call_key

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

    from matched_calls as calls

    full outer join requests
        on calls.telemetry_request_id = requests.telemetry_request_id

)

select * from pairs
