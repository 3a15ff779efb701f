with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

origins as (

    select * from {{ ref('int_claude_code_forked_lines') }}

),

-- A copy of a copy is one of the original.
traced as (

    select
        lines.line_id,
        coalesce(origins.origin_uuid, lines.line_uuid) as line_uuid,
        lines.thread_id,
        lines.is_agent_report,
        lines.host,
        lines.account,
        lines.source_path,
        lines.generation,
        lines.byte_offset

    from lines

    left join origins
        on lines.session_id = origins.session_id
        and lines.line_uuid = origins.line_uuid
        and lines.forked_from_session_id is not null

),

-- Few lines have copies; only those are put in order.
copied_uuids as (

    select line_uuid

    from traced

    where line_uuid is not null

    group by line_uuid

    having count(*) > 1

),

ordered as (

    select
        traced.line_id,
        traced.line_uuid,
        row_number() over (
            partition by traced.line_uuid
            order by
                threads.precedence asc,
                traced.is_agent_report asc,
                case when traced.host = threads.host and traced.account = threads.account then 0 else 1 end asc,
                traced.host asc,
                traced.account asc,
                traced.source_path asc,
                traced.generation asc,
                traced.byte_offset asc
        ) as copy_number

    from traced

    inner join copied_uuids
        on traced.line_uuid = copied_uuids.line_uuid

    inner join threads
        on traced.thread_id = threads.thread_id

),

firsts as (

    select
        line_uuid,
        line_id as first_line_id

    from ordered

    where copy_number = 1

),

copies as (

    select
        ordered.line_id,
        ordered.line_uuid,
        ordered.copy_number,
        firsts.first_line_id

    from ordered

    inner join firsts
        on ordered.line_uuid = firsts.line_uuid

)

select * from copies
