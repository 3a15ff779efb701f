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

-- What is left after those of a session are paired, and has its id on both sides: few.
{% for side, key in [('calls', 'call_key'), ('requests', 'telemetry_request_id')] %}
    left_{{ side }} as (

        select
            {{ key }},
            request_id,
            session_id

        from {{ side }}

        where
            request_id is not null
            and {{ key }} not in (select matches.{{ key }} from matches)

    ),

{% endfor %}
left_pairs as (

    select
        left_calls.call_key,
        left_requests.telemetry_request_id,
        left_calls.request_id,
        left_calls.session_id as call_session_id,
        left_requests.session_id as request_session_id

    from left_calls

    inner join left_requests
        on left_calls.request_id = left_requests.request_id

),

-- An id that others have, too, tells none of them.
{% for side in ['calls', 'requests'] %}
    own_ids_of_{{ side }} as (

        select request_id

        from {{ side }}

        where request_id in (select left_pairs.request_id from left_pairs)

        group by request_id

        having count(*) = 1

    ),

{% endfor %}
pairs as (

    select left_pairs.*

    from left_pairs

    inner join own_ids_of_calls
        on left_pairs.request_id = own_ids_of_calls.request_id

    inner join own_ids_of_requests
        on left_pairs.request_id = own_ids_of_requests.request_id

),

-- Of both sessions, since it concerns them both; with the request, which one of them does not have.
strays as (

    {% for side in ['call', 'request'] %}
        select
            pairs.{{ side }}_session_id as session_id,
            pairs.call_key,
            {% for column in [
                'telemetry_request_id', 'host', 'client_version', 'request_id', 'requested_at', 'model', 'query_source',
                'query_kind', 'input_tokens', 'output_tokens', 'cache_read_tokens', 'cache_write_5m_tokens',
                'cache_write_1h_tokens'
            ] %}
                requests.{{ column }},
            {% endfor %}
            requests.client_cost_usd

        from pairs

        inner join requests
            on pairs.telemetry_request_id = requests.telemetry_request_id

        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

)

select * from strays
