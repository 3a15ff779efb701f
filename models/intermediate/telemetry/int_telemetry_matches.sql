with

requests as (

    select * from {{ ref('int_telemetry_requests') }}

),

calls as (

    select * from {{ ref('int_telemetry_calls') }}

),

lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

-- Behind some gateways an id stands on many requests, and tells none of them.
{% for side in ['calls', 'requests'] %}
    identified_{{ side }} as (

        select
            *,
            case when count(*) over (partition by session_id, request_id) = 1 then request_id end as own_request_id

        from {{ side }}

    ),

{% endfor %}
by_request_id as (

    select
        requests.telemetry_request_id,
        calls.call_key

    from identified_requests as requests

    inner join identified_calls as calls
        on requests.own_request_id = calls.own_request_id
        and requests.session_id = calls.session_id

),

-- The uuid that the client gave the response is that of a line of the transcript.
by_message as (

    select
        requests.telemetry_request_id,
        calls.call_key

    from identified_requests as requests

    inner join lines
        on requests.message_uuid = lines.line_uuid

    inner join identified_calls as calls
        on lines.model_call_id = calls.call_key
        and requests.session_id = calls.session_id

    where
        (requests.own_request_id is null or calls.own_request_id is null)
        and requests.telemetry_request_id not in (select by_request_id.telemetry_request_id from by_request_id)
        and calls.call_key not in (select by_request_id.call_key from by_request_id)

    qualify row_number() over (
        partition by requests.telemetry_request_id
        order by calls.call_key asc
    ) = 1
    and row_number() over (
        partition by calls.call_key
        order by
            requests.requested_at asc,
            requests.telemetry_request_id asc
    ) = 1

),

told as (

    select * from by_request_id

    union all

    select * from by_message

),

-- What is left is paired in the order of time where all counts are the same.
{% for side, key, time in [('calls', 'call_key', 'called_at'), ('requests', 'telemetry_request_id', 'requested_at')] %}
    left_{{ side }} as (

        select
            *,
            concat_ws('|', session_id, model, input_tokens, output_tokens, cache_read_tokens) as counts,
            row_number() over (
                partition by session_id, model, input_tokens, output_tokens, cache_read_tokens
                order by
                    {{ time }} asc,
                    {{ key }} asc
            ) as counts_number

        from identified_{{ side }}

        where {{ key }} not in (select told.{{ key }} from told)

    ),

{% endfor %}
matches as (

    select * from told

    union all

    select
        requests.telemetry_request_id,
        calls.call_key

    from left_requests as requests

    inner join left_calls as calls
        on requests.counts = calls.counts
        and requests.counts_number = calls.counts_number
        and calls.called_at >= requests.requested_at - interval 1 hour
        and calls.called_at <= requests.requested_at + interval 1 hour

    where
        requests.own_request_id is null
        or calls.own_request_id is null

)

select * from matches
