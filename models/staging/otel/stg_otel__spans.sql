with

requests as (

    select
        {{ line_id() }} as line_id,
        host,
        landed_at,
        {{ each_element('spans') }} as record

    from {{ source('landing', 'otel_requests') }}

    where line_status <> 'rejected'

),

parsed as (

    select
        *,
        {{ parse_json(
            'record.attributes',
            '{"model": "VARCHAR", "request_id": "VARCHAR", "query_source_safe": "VARCHAR", "agent_id": "VARCHAR", "tool_name": "VARCHAR", "tool_use_id": "VARCHAR", "decision": "VARCHAR", "error_class": "VARCHAR", "duration_ms": "VARCHAR", "ttft_ms": "VARCHAR", "attempt": "VARCHAR", "status_code": "VARCHAR", "input_tokens": "VARCHAR", "output_tokens": "VARCHAR", "cache_read_tokens": "VARCHAR", "cache_creation_tokens": "VARCHAR", "success": "VARCHAR"}'
        ) }} as attributes

    from requests

),

renamed as (

    select
        line_id,
        host,
        landed_at,
        record.record_number,
        record.session_id,
        record.service_version as client_version,
        record.trace_id,
        record.span_id,
        record.parent_span_id,
        record.span_name,
        {{ timestamp_from_unix_nano('record.start_time_unix_nano') }} as begun_at,
        {{ timestamp_from_unix_nano('record.end_time_unix_nano') }} as ended_at,
        attributes.model as model,
        attributes.request_id as request_id,
        attributes.query_source_safe as query_source,
        attributes.agent_id as agent_id,
        attributes.tool_name as tool_name,
        attributes.tool_use_id as tool_use_id,
        attributes.decision as decision,
        attributes.error_class as error_class,
        {{ count_from_json('attributes.duration_ms') }} as duration_ms,
        {{ count_from_json('attributes.ttft_ms') }} as ttft_ms,
        {{ count_from_json('attributes.attempt') }} as attempt,
        {{ count_from_json('attributes.status_code') }} as status_code,
        {{ count_from_json('attributes.input_tokens') }} as input_tokens,
        {{ count_from_json('attributes.output_tokens') }} as output_tokens,
        {{ count_from_json('attributes.cache_read_tokens') }} as cache_read_tokens,
        {{ count_from_json('attributes.cache_creation_tokens') }} as cache_creation_tokens,
        lower(attributes.success) = 'true' as is_success

    from parsed

)

select * from renamed
