{{ config(materialized='view') }}

with

records as (

    select * from {{ ref('stg_otel__log_records') }}

),

repeats as (

    select * from {{ ref('int_telemetry_repeats') }}

),

events as (

    select
        records.*,
        {{ telemetry_event_id('records.') }} as event_id

    from records

    left join repeats
        on records.line_id = repeats.line_id
        and records.record_number = repeats.record_number

    where repeats.line_id is null

)

select * from events
