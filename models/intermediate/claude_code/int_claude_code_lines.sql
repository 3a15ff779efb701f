with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

ranked as (

    select
        lines.*,
        threads.thread_id,
        threads.precedence,
        row_number() over (
            partition by coalesce(lines.line_uuid, lines.line_id)
            order by
                threads.precedence asc,
                lines.host asc,
                lines.account asc,
                lines.source_path asc,
                lines.generation asc,
                lines.byte_offset asc
        ) as copy_number

    from lines

    inner join threads
        on
            lines.session_id = threads.session_id
            and coalesce(lines.agent_id, '') = coalesce(threads.agent_id, '')

),

owned as (

    select *

    from ranked

    where copy_number = 1

)

select * from owned
