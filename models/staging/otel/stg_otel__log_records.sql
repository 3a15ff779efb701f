{{ config(materialized='table') }}

with

requests as (

    select
        {{ line_id() }} as line_id,
        host,
        landed_at,
        {{ each_element('logs') }} as record

    from {{ source('landing', 'otel_requests') }}

    where line_status <> 'rejected'

),

parsed as (

    select
        *,
        {{ parse_json(
            'record.attributes',
            '{"prompt.id": "VARCHAR", "request_id": "VARCHAR", "message.uuid": "VARCHAR", "model": "VARCHAR", "query_source": "VARCHAR", "agent_id": "VARCHAR", "parent_agent_id": "VARCHAR", "effort": "VARCHAR", "speed": "VARCHAR", "tool_name": "VARCHAR", "tool_use_id": "VARCHAR", "decision": "VARCHAR", "source": "VARCHAR", "permission_mode": "VARCHAR", "error": "VARCHAR", "error_type": "VARCHAR", "trigger": "VARCHAR", "command_name": "VARCHAR", "agent_type": "VARCHAR", "terminal.type": "VARCHAR", "input_tokens": "VARCHAR", "output_tokens": "VARCHAR", "cache_read_tokens": "VARCHAR", "cache_creation_tokens": "VARCHAR", "cache_creation_5m_tokens": "VARCHAR", "cache_creation_1h_tokens": "VARCHAR", "duration_ms": "VARCHAR", "ttft_ms": "VARCHAR", "status_code": "VARCHAR", "attempt": "VARCHAR", "prompt_length": "VARCHAR", "response_length": "VARCHAR", "pre_tokens": "VARCHAR", "post_tokens": "VARCHAR", "total_tokens": "VARCHAR", "period_days": "VARCHAR", "transcripts_deleted": "VARCHAR", "cost_usd": "VARCHAR", "success": "VARCHAR"}'
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
        record.event_name,
        record.event_sequence,
        {{ timestamp_from_unix_nano('record.time_unix_nano') }} as occurred_at,
        attributes."prompt.id" as prompt_id,
        attributes.request_id as request_id,
        attributes."message.uuid" as message_uuid,
        attributes.model as model,
        attributes.query_source as query_source,
        attributes.agent_id as agent_id,
        attributes.parent_agent_id as parent_agent_id,
        attributes.effort as effort,
        attributes.speed as speed,
        attributes.tool_name as tool_name,
        attributes.tool_use_id as tool_use_id,
        attributes.decision as decision,
        attributes.source as decision_source,
        attributes.permission_mode as permission_mode,
        attributes.error as error_text,
        attributes.error_type as error_type,
        attributes.trigger as trigger,
        attributes.command_name as command_name,
        attributes.agent_type as agent_type,
        attributes."terminal.type" as terminal_type,
        {{ count_from_json('attributes.input_tokens') }} as input_tokens,
        {{ count_from_json('attributes.output_tokens') }} as output_tokens,
        {{ count_from_json('attributes.cache_read_tokens') }} as cache_read_tokens,
        {{ count_from_json('attributes.cache_creation_tokens') }} as cache_creation_tokens,
        {{ count_from_json('attributes.cache_creation_5m_tokens') }} as cache_creation_5m_tokens,
        {{ count_from_json('attributes.cache_creation_1h_tokens') }} as cache_creation_1h_tokens,
        {{ count_from_json('attributes.duration_ms') }} as duration_ms,
        {{ count_from_json('attributes.ttft_ms') }} as ttft_ms,
        {{ count_from_json('attributes.status_code') }} as status_code,
        {{ count_from_json('attributes.attempt') }} as attempt,
        {{ count_from_json('attributes.prompt_length') }} as prompt_length,
        {{ count_from_json('attributes.response_length') }} as response_length,
        {{ count_from_json('attributes.pre_tokens') }} as pre_tokens,
        {{ count_from_json('attributes.post_tokens') }} as post_tokens,
        {{ count_from_json('attributes.total_tokens') }} as total_tokens,
        {{ count_from_json('attributes.period_days') }} as period_days,
        {{ count_from_json('attributes.transcripts_deleted') }} as transcripts_deleted,
        try_cast(attributes.cost_usd as {{ usd_type() }}) as cost_usd,
        lower(attributes.success) = 'true' as is_success

    from parsed

)

select * from renamed
