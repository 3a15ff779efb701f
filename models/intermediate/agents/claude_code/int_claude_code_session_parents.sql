with

lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

-- Where a session holds lines that another one had first, it was forked from the one that had the latest of them.
copies as (

    select
        session_id,
        line_uuid,
        coalesce({{ time_key('logged_at') }}, '') || line_id as copied_key

    from lines

    where
        copy_number > 1
        and record_type in ('user', 'assistant')

),

copied as (

    select
        copies.session_id,
        lines.session_id as parent_session_id,
        copies.copied_key

    from copies

    inner join lines
        on copies.line_uuid = lines.line_uuid
        and lines.copy_number = 1

    where copies.session_id <> lines.session_id

),

parents as (

    select
        session_id,
        max_by(parent_session_id, copied_key) as parent_session_id

    from copied

    group by session_id

)

select * from parents
