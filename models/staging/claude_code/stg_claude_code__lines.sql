with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

sources as (

    select * from {{ source('landing', 'sources') }}

),

renamed as (

    select
        {{ line_id('landed') }} as line_id,
        landed.fleet,
        landed.host,
        landed.account,
        coalesce(sources.provider, landed.provider, 'claude_code') as provider,
        landed.source_path,
        landed.generation,
        landed.line_number,
        landed.byte_offset,
        landed.line_status,
        landed.landed_at,

        landed.record_type,
        landed.subtype as record_subtype,
        coalesce(landed.forked_from_message_uuid, landed.uuid) as line_uuid,
        landed.parent_uuid,
        coalesce(
            landed.session_id,
            nullif(regexp_extract(landed.source_path, '([^/]+)/subagents/', 1), ''),
            regexp_extract(landed.source_path, '([^/]+)\.jsonl$', 1)
        ) as session_id,
        case
            when landed.source_path like '%/agent-%.jsonl'
                then coalesce(landed.agent_id, regexp_extract(landed.source_path, '/agent-([^/]+)\.jsonl$', 1))
            when landed.is_sidechain then coalesce(landed.agent_id, 'sidechain')
        end as agent_id,
        landed.forked_from_session_id,
        landed.prompt_id,
        landed.source_tool_assistant_uuid,
        landed.request_id,
        landed.message_id,
        landed.message_role,

        split_part(landed.source_path, '/', 2) as project_slug,
        landed.cwd,
        landed.git_branch,
        landed.version,
        landed.entrypoint,
        landed.model,
        landed.stop_reason,
        landed.speed,
        landed.service_tier,
        landed.inference_geo,

        {{ logged_count('landed.input_tokens') }} as input_tokens,
        {{ logged_count('landed.output_tokens') }} as output_tokens,
        {{ logged_count('landed.cache_read_input_tokens') }} as cache_read_input_tokens,
        {{ logged_count('landed.cache_creation_input_tokens') }} as cache_creation_input_tokens,
        {{ logged_count('landed.ephemeral_5m_input_tokens') }} as ephemeral_5m_input_tokens,
        {{ logged_count('landed.ephemeral_1h_input_tokens') }} as ephemeral_1h_input_tokens,
        {{ logged_count('landed.web_search_requests') }} as web_search_requests,
        landed.usage_iterations,

        coalesce(landed.is_sidechain, false) as is_sidechain,
        coalesce(landed.is_meta, false) as is_meta,
        coalesce(landed.is_compact_summary, false) as is_compact_summary,
        coalesce(landed.is_api_error_message, false) as is_api_error_message,
        {{ utc_timestamp('landed.logged_timestamp') }} as logged_at

    from landed

    left join sources
        on landed.host = sources.host
        and landed.fleet = sources.fleet
        and landed.account = sources.account

    where landed.line_status <> 'rejected'

)

select * from renamed
