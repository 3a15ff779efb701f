with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

copies as (

    select * from {{ ref('int_claude_code_line_copies') }}

),

-- Lines of one uuid are one response, unless they say that they are several: redaction makes uuids equal, too.
copied as (

    select
        lines.line_id,
        lines.session_id,
        lines.request_id,
        copies.first_line_id,
        copies.copy_number,
        coalesce(
            lines.message_id,
            max(lines.message_id) over (partition by copies.first_line_id)
        ) as message_id

    from lines

    inner join copies
        on lines.line_id = copies.line_id

    where lines.record_type = 'assistant'

),

ids as (

    select
        first_line_id,
        message_id,
        min_by(session_id, copy_number) as session_id,
        min_by(request_id, case when request_id is not null then copy_number end) as request_id

    from copied

    group by
        first_line_id,
        message_id

),

responses as (

    select
        copied.line_id,
        ids.session_id,
        ids.message_id,
        ids.request_id

    from copied

    inner join ids
        on copied.first_line_id = ids.first_line_id
        and copied.message_id is not distinct from ids.message_id

)

select * from responses
