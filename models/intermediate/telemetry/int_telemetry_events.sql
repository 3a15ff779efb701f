with

records as (

    select * from {{ ref('stg_otel__log_records') }}

),

-- A batch that was sent again, or a file that was read as well as received, holds an event once more.
identified as (

    select
        *,
        md5(case
            when session_id = '' or event_sequence is null then concat_ws('|', line_id, record_number)
            else concat_ws('|', session_id, event_sequence, event_name, occurred_at)
        end) as event_id

    from records

),

distinct_events as (

    select *

    from identified

    qualify row_number() over (
        partition by event_id
        order by
            landed_at asc,
            line_id asc,
            record_number asc
    ) = 1

)

select * from distinct_events
