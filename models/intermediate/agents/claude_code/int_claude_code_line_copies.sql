with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

-- Few lines have copies; only those are put in order.
copied_uuids as (

    select line_uuid

    from lines

    where line_uuid is not null

    group by line_uuid

    having count(*) > 1

),

ordered as (

    select
        lines.line_id,
        lines.line_uuid,
        row_number() over (
            partition by lines.line_uuid
            order by
                threads.precedence asc,
                lines.is_agent_report asc,
                case when lines.host = threads.host and lines.account = threads.account then 0 else 1 end asc,
                lines.host asc,
                lines.account asc,
                lines.source_path asc,
                lines.generation asc,
                lines.byte_offset asc
        ) as copy_number

    from lines

    inner join copied_uuids
        on lines.line_uuid = copied_uuids.line_uuid

    inner join threads
        on lines.thread_id = threads.thread_id

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
