{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

-- Lines are long, and each kind of record is rare: what models ask of any is read in one go.
parsed as (

    select
        {{ line_id() }} as line_id,
        batch_id,
        record_type,
        subtype as record_subtype,
        -- A record of a kind that nobody knows may hold a message, with its usage, at any depth.
        message_id is not null
        or message_role is not null
        or model is not null
        or contains({{ line_json() }}, '"usage"') as has_message,
        {{ parse_json(
            "case when record_type in ('attachment', 'relocated', 'worktree-state', 'continued-in', 'pr-link', 'bridge-session', 'cost-state') or (record_type = 'system' and subtype = 'compact_boundary') then " ~ line_json() ~ " end",
            '{"compactMetadata": {"trigger": "VARCHAR", "preTokens": "VARCHAR", "postTokens": "VARCHAR", "durationMs": "VARCHAR"}, "attachment": {"type": "VARCHAR", "path": "VARCHAR", "filename": "VARCHAR", "hookName": "VARCHAR", "addedNames": ["VARCHAR"], "addedBlocks": ["VARCHAR"], "snapshot": {"isGitRepo": "VARCHAR"}, "content": "JSON", "total": "VARCHAR", "used": "VARCHAR"}, "relocatedCwd": "VARCHAR", "worktreeSession": {"originalCwd": "VARCHAR", "worktreePath": "VARCHAR"}, "continuedInSessionId": "VARCHAR", "prUrl": "VARCHAR", "ownerAccountUuid": "VARCHAR", "totalCostUSD": "VARCHAR", "hasUnknownModelCost": "BOOLEAN", "modelUsage": "MAP(VARCHAR, STRUCT(inputTokens VARCHAR, outputTokens VARCHAR, cacheReadInputTokens VARCHAR, cacheCreationInputTokens VARCHAR, webSearchRequests VARCHAR))"}'
        ) }} as record,
        {{ parse_json(
            agent_message_json(),
            '{"agentId": "VARCHAR", "message": {"type": "VARCHAR", "uuid": "VARCHAR", "timestamp": "VARCHAR", "requestId": "VARCHAR", "isMeta": "BOOLEAN", "message": {"id": "VARCHAR", "role": "VARCHAR", "model": "VARCHAR", "usage": {"input_tokens": "VARCHAR", "output_tokens": "VARCHAR", "cache_read_input_tokens": "VARCHAR", "cache_creation_input_tokens": "VARCHAR", "cache_creation": {"ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR"}, "server_tool_use": {"web_search_requests": "VARCHAR"}, "speed": "VARCHAR", "service_tier": "VARCHAR", "inference_geo": "VARCHAR"}}}}'
        ) }} as agent_report

    from landed

    where
        line_status <> 'rejected'
        and coalesce(record_type, '') not in ('user', 'assistant')

),

side_records as (

    select
        line_id,
        batch_id,
        record_type,
        record_subtype,
        has_message,
        record."compactMetadata".trigger as compaction_trigger,
        {{ count_from_json('record."compactMetadata"."preTokens"') }} as tokens_before,
        {{ count_from_json('record."compactMetadata"."postTokens"') }} as tokens_after,
        {{ count_from_json('record."compactMetadata"."durationMs"') }} as compaction_ms,
        record.attachment.type as attachment_kind,
        record.attachment.path as attachment_path,
        record.attachment.filename as attachment_file_name,
        record.attachment.hookname as attachment_hook_name,
        {{ joined('record.attachment.addednames', "' '") }} as attachment_names,
        length(coalesce(
            {{ json_text('record.attachment.content', '$.file.content') }},
            {{ json_text('record.attachment.content', '$.content') }},
            nullif({{ joined('record.attachment.addedblocks', 'chr(10)') }}, ''),
            cast(record.attachment.content as string)
        )) as attachment_characters,
        record.attachment.snapshot.isgitrepo = 'true' as is_in_repository,
        {{ usd_from_json('record.attachment.total') }} as limit_usd,
        {{ usd_from_json('record.attachment.used') }} as used_usd,
        {{ logged_id('record.relocatedcwd') }} as relocated_to,
        {{ logged_id('record.worktreesession.originalcwd') }} as worktree_of,
        {{ logged_id('record.worktreesession.worktreepath') }} as worktree,
        {{ logged_id('record.continuedinsessionid') }} as continued_in_session_id,
        {{ logged_id('record.prurl') }} as pull_request_url,
        {{ logged_id('record.owneraccountuuid') }} as account_uuid,
        {{ usd_from_json('record.totalcostusd') }} as cost_usd,
        coalesce(record.hasunknownmodelcost, false) as has_unknown_model_cost,
        map_values(record.modelusage) as usage_of_models,
        agent_report

    from parsed

)

select * from side_records
