{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'mu_events') }}

),

parsed as (

    select
        host,
        account,
        fleet,
        source_path,
        generation,
        line_number,
        byte_offset,
        landed_at,
        event_id,
        session_id,
        timestamp_unix_ms,
        actor_kind,
        actor_name,
        kind,
        provider as landed_provider,
        batch_id,
        case
            when kind = 'assistant_message_event'
                then {{ json_keys_at(line_json(), ['$.payload.message.usage']) }}
        end as usage_fields,
        {{ parse_json(
            line_json(),
            '{"payload": {"content": "VARCHAR", "provider_kind": "VARCHAR", "model": "VARCHAR", "new_provider_kind": "VARCHAR", "new_model": "VARCHAR", "parent_session_id": "VARCHAR", "usage_semantics": {"cache_read_in_input": "BOOLEAN", "cache_creation_in_input": "BOOLEAN", "reasoning_in_output": "BOOLEAN"}, "message": {"content": [{"type": "VARCHAR", "text": "VARCHAR"}], "stop_reason": "VARCHAR", "usage": {"input_tokens": "VARCHAR", "output_tokens": "VARCHAR", "cache_read_input_tokens": "VARCHAR", "cache_creation_input_tokens": "VARCHAR", "cache_creation_5m_input_tokens": "VARCHAR", "cache_creation_1h_input_tokens": "VARCHAR", "reasoning_tokens": "VARCHAR", "output_tokens_details": {"thinking_tokens": "VARCHAR"}}}, "call_id": "VARCHAR", "name": "VARCHAR", "arguments": "JSON", "is_error": "BOOLEAN", "target_event_id": "BIGINT", "stop_reason": "VARCHAR", "task_id": "VARCHAR", "parent_task_id": "VARCHAR", "started_at_unix_ms": "BIGINT", "ended_at_unix_ms": "BIGINT", "wall_clock_ms": "VARCHAR", "prompt_tokens": "VARCHAR", "completion_tokens": "VARCHAR", "cache_read_tokens": "VARCHAR", "cache_write_tokens": "VARCHAR", "cache_write_5m_tokens": "VARCHAR", "cache_write_1h_tokens": "VARCHAR", "tools_actually_called": [["VARCHAR"]], "exit_reason": "VARCHAR", "rating": "BIGINT", "note": "VARCHAR"}}'
        ) }}.payload as payload

    from landed

    where line_status <> 'rejected'

),

-- Tool arguments differ from tool to tool: they are kept as logged, and what rules ask for is taken out of them.
with_arguments as (

    select
        *,
        {{ parse_json(
            'payload.arguments',
            '{"path": "VARCHAR", "file_path": "VARCHAR", "command": "VARCHAR", "url": "VARCHAR"}'
        ) }} as arguments

    from parsed

),

renamed as (

    select
        {{ line_id() }} as line_id,
        batch_id,
        fleet,
        host,
        account,
        landed_provider,
        source_path,
        generation,
        line_number,
        byte_offset,
        landed_at,
        regexp_extract(source_path, '([^/]+)/[^/]+$', 1) as daemon_id,
        regexp_extract(source_path, '([^/]+)\.jsonl$', 1) as file_stem,
        coalesce(
            {{ logged_id('session_id') }}, regexp_extract(source_path, '([^/]+)\.jsonl$', 1)
        ) as logged_session_id,

        event_id,
        kind as event_kind,
        actor_kind,
        actor_name,
        {{ timestamp_from_unix_ms('timestamp_unix_ms') }} as logged_at,

        payload.provider_kind as provider_kind,
        payload.model as model,
        payload.new_provider_kind as new_provider_kind,
        payload.new_model as new_model,
        {{ logged_id('payload.parent_session_id') }} as parent_session_id,
        payload.usage_semantics.cache_read_in_input as cache_read_in_input,
        payload.usage_semantics.cache_creation_in_input as cache_creation_in_input,
        payload.usage_semantics.reasoning_in_output as reasoning_in_output,

        case when kind = 'user_message' then payload.content end as user_text,
        {{ joined_texts('payload.message.content') }} as assistant_text,
        coalesce(payload.message.stop_reason, payload.stop_reason) as stop_reason,
        {{ count_from_json('payload.message.usage.input_tokens') }} as input_tokens,
        {{ count_from_json('payload.message.usage.output_tokens') }} as output_tokens,
        {{ count_from_json('payload.message.usage.cache_read_input_tokens') }} as cache_read_input_tokens,
        {{ count_from_json('payload.message.usage.cache_creation_input_tokens') }} as cache_creation_input_tokens,
        {{ count_from_json('payload.message.usage.cache_creation_5m_input_tokens') }} as cache_creation_5m_input_tokens,
        {{ count_from_json('payload.message.usage.cache_creation_1h_input_tokens') }} as cache_creation_1h_input_tokens,
        coalesce(
            {{ count_from_json('payload.message.usage.reasoning_tokens') }},
            {{ count_from_json('payload.message.usage.output_tokens_details.thinking_tokens') }}
        ) as reasoning_tokens,
        usage_fields,

        {{ logged_id('payload.call_id') }} as tool_use_id,
        payload.name as tool_name,
        cast(payload.arguments as string) as tool_input,
        coalesce(arguments.file_path, arguments.path) as tool_file_path,
        arguments.command as tool_command,
        arguments.url as tool_url,
        case when kind = 'tool_result' then payload.content end as result_text,
        payload.is_error as is_error,
        payload.target_event_id as target_event_id,

        {{ logged_id('payload.task_id') }} as task_id,
        {{ logged_id('payload.parent_task_id') }} as parent_task_id,
        payload.exit_reason as exit_reason,
        {{ timestamp_from_unix_ms('payload.started_at_unix_ms') }} as started_at,
        {{ timestamp_from_unix_ms('payload.ended_at_unix_ms') }} as ended_at,
        {{ count_from_json('payload.wall_clock_ms') }} as wall_clock_ms,
        {{ count_from_json('payload.prompt_tokens') }} as prompt_tokens,
        {{ count_from_json('payload.completion_tokens') }} as completion_tokens,
        {{ count_from_json('payload.cache_read_tokens') }} as cache_read_tokens,
        {{ count_from_json('payload.cache_write_tokens') }} as cache_write_tokens,
        {{ count_from_json('payload.cache_write_5m_tokens') }} as cache_write_5m_tokens,
        {{ count_from_json('payload.cache_write_1h_tokens') }} as cache_write_1h_tokens,
        {{ sum_of_pairs("payload.tools_actually_called") }} as tools_actually_called_count,

        payload.rating as rating,
        payload.note as note

    from with_arguments

)

select * from renamed
