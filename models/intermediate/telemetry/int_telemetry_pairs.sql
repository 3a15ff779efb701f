with

requests as (

    select * from {{ ref('int_telemetry_requests') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

first_request as (

    select min(requested_at) as requested_at from requests

),

-- One row a response: what is billed besides it (an advisor's part) has its request id, too. Calls from before the
-- first telemetry say nothing about it.
calls as (

    select
        coalesce(model_calls.request_id, model_calls.model_call_id) as call_key,
        min(model_calls.request_id) as request_id,
        min(model_calls.session_id) as session_id,
        min(model_calls.host) as host,
        min(model_calls.model) as model,
        min(model_calls.called_at) as called_at,
        min(model_calls.client_version) as client_version,
        min(model_calls.cost_kind) as cost_kind,
        min(model_calls.stop_reason) as stop_reason,
        min(model_calls.rate_caveats) as rate_caveats,
        bool_and(model_calls.usage_is_final) as usage_is_final,
        sum(model_calls.input_tokens) as input_tokens,
        sum(model_calls.output_tokens) as output_tokens,
        sum(model_calls.cache_read_tokens) as cache_read_tokens,
        sum(model_calls.cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(model_calls.cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(model_calls.web_search_cost_usd) as web_search_cost_usd,
        sum(model_calls.cost_usd) as cost_usd

    from model_calls

    inner join first_request
        on model_calls.called_at >= first_request.requested_at - interval 1 hour

    where
        model_calls.fleet = 'claude_code'
        and model_calls.usage_source = 'model_call'

    group by coalesce(model_calls.request_id, model_calls.model_call_id)

),

-- Without a request id, what is the same in all counts is paired in the order of time.
{% for side, key, time in [('calls', 'call_key', 'called_at'), ('requests', 'telemetry_request_id', 'requested_at')] %}
    keyed_{{ side }} as (

        select
            *,
            coalesce(
                request_id,
                concat_ws(
                    '|',
                    session_id,
                    model,
                    input_tokens,
                    output_tokens,
                    cache_read_tokens,
                    row_number() over (
                        partition by
                            request_id is null, session_id, model, input_tokens, output_tokens, cache_read_tokens
                        order by
                            {{ time }} asc,
                            {{ key }} asc
                    )
                )
            ) as pair_key

        from {{ side }}

    ),

{% endfor %}
pairs as (

    select
        coalesce(calls.pair_key, requests.pair_key) as pair_key,
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
        {% for side, from in [('transcript', 'calls'), ('telemetry', 'requests')] %}
            {% for count in ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h'] %}
                {{ from }}.{{ count }}_tokens as {{ side }}_{{ count }}_tokens,
            {% endfor %}
        {% endfor %}
        calls.cost_usd as transcript_cost_usd,
        requests.client_cost_usd as telemetry_cost_usd

    from keyed_calls as calls

    full outer join keyed_requests as requests
        on calls.pair_key = requests.pair_key

)

select * from pairs
