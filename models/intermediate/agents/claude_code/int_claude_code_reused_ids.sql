with

response_ids as (

    select * from {{ ref('int_claude_code_response_ids') }}

),

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

responses as (

    select
        response_ids.message_id,
        response_ids.request_id,
        response_ids.first_session_id as session_id,
        {{ input_counts('lines') }} as input_counts,
        case when lines.stop_reason is not null then lines.output_tokens end as final_output_tokens

    from response_ids

    inner join lines
        on response_ids.line_id = lines.line_id

    where not lines.is_agent_report

),

reused as (

    select
        message_id,
        request_id

    from responses

    where
        message_id is not null
        and request_id is not null

    group by
        message_id,
        request_id

    having
        min(session_id) <> max(session_id)
        and (
            min(input_counts) <> max(input_counts)
            or min(final_output_tokens) <> max(final_output_tokens)
        )

),

of_sessions as (

    select distinct
        responses.session_id,
        reused.message_id,
        reused.request_id

    from responses

    inner join reused
        on responses.message_id = reused.message_id
        and responses.request_id = reused.request_id

)

select * from of_sessions
