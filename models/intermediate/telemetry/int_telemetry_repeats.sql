with

records as (

    select * from {{ ref('stg_otel__log_records') }}

),

identified as (

    select
        line_id,
        record_number,
        session_id,
        landed_at,
        {{ telemetry_event_id() }} as event_id

    from records

),

received_twice as (

    select event_id

    from identified

    group by event_id

    having count(*) > 1

),

repeats as (

    select
        identified.line_id,
        identified.record_number,
        identified.session_id

    from identified

    inner join received_twice
        on identified.event_id = received_twice.event_id

    qualify row_number() over (
        partition by identified.event_id
        order by
            identified.landed_at asc,
            identified.line_id asc,
            identified.record_number asc
    ) > 1

)

select * from repeats
