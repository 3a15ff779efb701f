{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

sources as (

    select * from {{ source('landing', 'sources') }}

),

-- Older versions logged what a sub-agent did in the transcript that started it as well.
agent_messages as (

    select
        line_id,
        coalesce({{ logged_id('agent_report.agentid') }}, 'sidechain') as agent_id,
        agent_report.message as line,
        agent_report.message.message as message,
        agent_report.message.message.usage as usage

    from {{ ref('stg_claude_code__side_records') }}

    where agent_report.message.type in ('user', 'assistant')

),

with_messages as (

    select
        landed.*,
        {{ line_id('landed') }} as line_id,
        agent_messages.line_id is not null as is_agent_report,
        agent_messages.agent_id as reported_agent_id,
        agent_messages.line,
        agent_messages.message,
        agent_messages.usage

    from landed

    left join agent_messages
        on {{ line_id('landed') }} = agent_messages.line_id

    where landed.line_status <> 'rejected'

),

renamed as (

    select
        lines.line_id,
        lines.fleet,
        lines.host,
        lines.account,
        coalesce(sources.provider, lines.provider, 'claude_code') as provider,
        lines.source_path,
        lines.generation,
        lines.line_number,
        lines.byte_offset,
        lines.line_status,
        lines.batch_id,
        lines.landed_at,

        coalesce(lines.line.type, lines.record_type) as record_type,
        lines.subtype as record_subtype,
        case
            when lines.is_agent_report then {{ logged_id('lines.line.uuid') }}
            else coalesce({{ logged_id('lines.forked_from_message_uuid') }}, {{ logged_id('lines.uuid') }})
        end as line_uuid,
        case when not lines.is_agent_report then {{ logged_id('lines.uuid') }} end as own_uuid,
        {{ logged_id('lines.parent_uuid') }} as parent_uuid,
        -- A slash parts session and sub-agent in a thread's id.
        replace(coalesce(
            {{ logged_id('lines.session_id') }},
            nullif(regexp_extract(lines.source_path, '([^/]+)/subagents/', 1), ''),
            regexp_extract(lines.source_path, '([^/]+)\.jsonl$', 1)
        ), '/', '%2F') as session_id,
        case
            when lines.is_agent_report then lines.reported_agent_id
            when lines.source_path like '%/agent-%.jsonl'
                then coalesce(
                    {{ logged_id('lines.agent_id') }}, regexp_extract(lines.source_path, '/agent-([^/]+)\.jsonl$', 1)
                )
            when lines.is_sidechain then coalesce({{ logged_id('lines.agent_id') }}, 'sidechain')
        end as agent_id,
        {{ logged_id('lines.forked_from_session_id') }} as forked_from_session_id,
        lines.prompt_id,
        {{ logged_id('lines.slug') }} as plan_name,
        nullif(lines.attribution_skill, '') as skill,
        nullif(lines.attribution_mcp_server, '') as mcp_server,
        {{ logged_id('lines.source_tool_assistant_uuid') }} as source_tool_assistant_uuid,
        {{ logged_id('coalesce(lines.line.requestid, lines.request_id)') }} as request_id,
        {{ logged_id('coalesce(lines.message.id, lines.message_id)') }} as message_id,
        coalesce(lines.message.role, lines.message_role) as message_role,

        split_part(lines.source_path, '/', 2) as project_slug,
        lines.cwd,
        -- So git names a commit that no branch is checked out at.
        nullif(lines.git_branch, 'HEAD') as git_branch,
        lines.version,
        lines.entrypoint,
        coalesce(lines.message.model, lines.model) as model,
        lines.stop_reason,
        lines.has_stop_details,
        coalesce(lines.usage.speed, lines.speed) as speed,
        coalesce(lines.usage.service_tier, lines.service_tier) as service_tier,
        coalesce(lines.usage.inference_geo, lines.inference_geo) as inference_geo,

        {{ logged_count('lines.input_tokens', 'lines.usage.input_tokens') }} as input_tokens,
        {{ logged_count('lines.output_tokens', 'lines.usage.output_tokens') }} as output_tokens,
        {{ logged_count('lines.cache_read_input_tokens', 'lines.usage.cache_read_input_tokens') }}
            as cache_read_input_tokens,
        {{ logged_count('lines.cache_creation_input_tokens', 'lines.usage.cache_creation_input_tokens') }}
            as cache_creation_input_tokens,
        {{ logged_count(
            'lines.ephemeral_5m_input_tokens', 'lines.usage.cache_creation.ephemeral_5m_input_tokens'
        ) }} as ephemeral_5m_input_tokens,
        {{ logged_count(
            'lines.ephemeral_1h_input_tokens', 'lines.usage.cache_creation.ephemeral_1h_input_tokens'
        ) }} as ephemeral_1h_input_tokens,
        {{ logged_count('lines.web_search_requests', 'lines.usage.server_tool_use.web_search_requests') }}
            as web_search_requests,
        {{ logged_count('lines.thinking_tokens') }} as thinking_tokens,
        lines.usage_iterations,
        lines.prompt_cache_requested,

        lines.is_agent_report or coalesce(lines.is_sidechain, false) as is_sidechain,
        lines.is_agent_report,
        coalesce(lines.line.ismeta, lines.is_meta, false) as is_meta,
        coalesce(lines.is_compact_summary, false) as is_compact_summary,
        coalesce(lines.is_api_error_message, false) as is_api_error_message,
        coalesce(lines.is_aborted_mid_stream, false) as is_aborted_mid_stream,
        {{ utc_timestamp('coalesce(lines.line.timestamp, lines.logged_timestamp)') }} as logged_at

    from with_messages as lines

    left join sources
        on lines.host = sources.host
        and lines.fleet = sources.fleet
        and lines.account = sources.account

),

threaded as (

    select
        *,
        session_id || coalesce('/' || agent_id, '') as thread_id

    from renamed

)

select * from threaded
