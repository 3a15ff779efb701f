with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

owners as (

    select * from {{ ref('int_claude_code_session_owners') }}

),

-- The owner's files as they are now: a request has no uuid that would tie its copies.
events as (

    select
        lines.session_id,
        lines.thread_id,
        lines.source_path,
        lines.byte_offset,
        case
            when lines.record_type = 'api-request' then 'request'
            when lines.record_type = 'assistant' then 'response'
            else 'error'
        end as event

    from lines

    inner join owners
        on lines.session_id = owners.session_id
        and lines.host = owners.host
        and lines.account = owners.account

    where
        not lines.is_agent_report
        and (
            lines.record_type = 'api-request'
            or (lines.record_type = 'assistant' and coalesce(lines.model, '') <> '<synthetic>')
            or (lines.record_type = 'system' and lines.record_subtype = 'api_error')
        )

    qualify lines.generation = max(lines.generation) over (
        partition by lines.session_id, lines.thread_id, lines.source_path
    )

),

-- What follows a response, up to the next.
placed as (

    select
        *,
        count(case when event = 'response' then 1 end)
            over (
                partition by session_id, thread_id, source_path
                order by byte_offset asc
                rows between unbounded preceding and current row
            )
        - case when event = 'response' then 1 else 0 end as responses_before

    from events

),

spans as (

    select
        session_id,
        thread_id,
        source_path,
        responses_before,
        count(case when event = 'request' then 1 end) as requests,
        count(case when event = 'error' then 1 end) as errors,
        count(case when event = 'response' then 1 end) as responses

    from placed

    group by
        session_id,
        thread_id,
        source_path,
        responses_before

),

-- Older versions log the errors alone.
counted as (

    select
        session_id,
        cast(sum(greatest(requests - responses, errors)) as bigint) as unanswered_request_count

    from spans

    group by session_id

)

select * from counted
