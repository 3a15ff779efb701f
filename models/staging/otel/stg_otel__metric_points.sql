{{ config(materialized='table') }}

with

requests as (

    select
        {{ line_id() }} as line_id,
        host,
        landed_at,
        {{ each_element('points') }} as record

    from {{ source('landing', 'otel_requests') }}

    where line_status <> 'rejected'

),

parsed as (

    select
        *,
        {{ parse_json(
            'record.attributes',
            '{"type": "VARCHAR", "model": "VARCHAR", "query_source": "VARCHAR", "decision": "VARCHAR", "start_type": "VARCHAR", "effort": "VARCHAR", "speed": "VARCHAR", "agent.name": "VARCHAR", "tool_name": "VARCHAR", "language": "VARCHAR"}'
        ) }} as attributes

    from requests

),

renamed as (

    select
        line_id,
        host,
        landed_at,
        record.record_number,
        coalesce(record.session_id, '') as session_id,
        record.service_version as client_version,
        md5(concat_ws(
            '|',
            record.service_name,
            record.scope_name,
            record.metric_name,
            record.point_kind,
            record.attributes
        )) as series_id,
        record.metric_name,
        record.unit,
        record.point_kind,
        record.temporality = 2 as is_cumulative,
        {{ timestamp_from_unix_nano('record.start_time_unix_nano') }} as begun_at,
        {{ timestamp_from_unix_nano('record.time_unix_nano') }} as occurred_at,
        attributes.type as point_type,
        attributes.model as model,
        attributes.query_source as query_source,
        attributes.decision as decision,
        attributes.start_type as start_type,
        attributes.effort as effort,
        attributes.speed as speed,
        attributes."agent.name" as agent_name,
        attributes.tool_name as tool_name,
        attributes.language as language,
        record.value as point_value

    from parsed

)

select * from renamed
