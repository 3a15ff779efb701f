with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

owned_lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

-- Where a session holds lines that another session had first, it was forked from the session that had the latest of them.
copied as (

    select
        lines.session_id,
        owned_lines.session_id as parent_session_id,
        coalesce(cast(lines.logged_at as varchar), '') || ' ' || lines.line_id as copied_key

    from lines

    inner join owned_lines
        on lines.line_uuid = owned_lines.line_uuid

    where
        lines.session_id <> owned_lines.session_id
        and lines.record_type in ('user', 'assistant')

),

parents as (

    select
        session_id,
        max_by(parent_session_id, copied_key) as parent_session_id

    from copied

    group by session_id

)

select * from parents
