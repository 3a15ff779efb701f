{{ config(materialized='table') }}

{%- set fields = ['"type"', '"text"', '"id"', '"name"', '"tool_use_id"'] -%}
{%- set block = (
    '{' ~ fields | join(': "VARCHAR", ') ~ ': "VARCHAR", "is_error": "BOOLEAN", "input": "JSON", "content": "JSON", '
    ~ '"source": {"media_type": "VARCHAR", "data": "VARCHAR"}, "to": {"model": "VARCHAR"}}'
) -%}
{%- set sender = (
    '{"kind": "VARCHAR", "subkind": "VARCHAR", "name": "VARCHAR", "from": "VARCHAR", "server": "VARCHAR"}'
) %}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

-- A sub-agent's message that its parent's transcript reports is read as the line that it is there.
with_json as (

    select
        {{ line_id() }} as line_id,
        batch_id,
        record_type,
        case
            -- As a text: what is JSON already would have each other line be looked through as such.
            when record_type = 'progress' then cast({{ json_object_at(agent_message_json(), '$.message') }} as string)
            else {{ line_json() }}
        end as line_text

    from landed

    where
        line_status <> 'rejected'
        and (
            record_type in ('user', 'assistant')
            or {{ reports_agent_message() }}
            or {{ holds_queued_prompt() }}
        )

),

parsed as (

    select
        line_id,
        batch_id,
        record_type,
        line_text,
        {{ parse_json(
            'line_text',
            '{"message": {"content": [' ~ block ~ '], "usage": "JSON"}, "origin": ' ~ sender ~ ', "promptSource": "VARCHAR", "turnOrigin": "VARCHAR", "content": "VARCHAR", "commandUuid": "VARCHAR", "attachment": {"prompt": "JSON", "commandMode": "VARCHAR", "isMeta": "BOOLEAN", "source_uuid": "VARCHAR", "origin": ' ~ sender ~ '}, "toolDenialKind": "VARCHAR", "permissionDecision": {"source": "VARCHAR"}, "toolUseResult": {"type": "VARCHAR", "content": "VARCHAR", "agentId": "VARCHAR", "runId": "VARCHAR", "persistedOutputPath": "VARCHAR", "searchCount": "BIGINT", "query": "VARCHAR", "durationSeconds": "DOUBLE", "toolStats": {"editFileCount": "VARCHAR"}, "structuredPatch": [{"lines": ["VARCHAR"]}], "gitOperation": {"commit": {"sha": "VARCHAR", "kind": "VARCHAR"}, "push": {"branch": "VARCHAR"}, "pr": {"number": "BIGINT", "url": "VARCHAR", "action": "VARCHAR"}}}}'
        ) }} as line

    from with_json

),

-- A user's message may be a plain text instead of blocks; only then is the line read a second time.
with_content as (

    select
        line_id,
        batch_id,
        -- A message without content has one block, too: its usage is seen there.
        case
            when starts_with(line.attachment.prompt, '[')
                then {{ parse_json('line.attachment.prompt', '[' ~ block ~ ']') }}
            when line.attachment.prompt is not null
                then {{ text_block(parse_json('line.attachment.prompt', '"VARCHAR"')) }}
            when line.message is null and line.content is not null then {{ text_block('line.content') }}
            when len(line.message.content) = 0 then {{ text_block('cast(null as string)') }}
            else coalesce(line.message.content, {{ text_block(json_text('line_text', '$.message.content')) }})
        end as content,
        {{ json_keys_at(
            'line.message.usage', ['$', '$.cache_creation', '$.server_tool_use', '$.iterations[0]', '$.iterations[1]']
        ) }} as usage_fields,
        -- One request within a response is the response, unless it is one of those that its usage leaves out.
        case
            when
                record_type <> 'user'
                and (
                    {{ json_object_at('line.message.usage', '$.iterations[1]') }} is not null
                    or contains(line.message.usage, 'advisor_message')
                    or contains(line.message.usage, 'compaction')
                )
                then {{ json_object_at('line.message.usage', '$.iterations') }}
        end as usage_iterations,
        coalesce(line.attachment.origin, line.origin) as origin,
        line."promptSource" as prompt_source,
        line."turnOrigin" as turn_origin,
        case
            when line.attachment.ismeta then 'meta'
            when line.attachment.prompt is not null then coalesce(line.attachment.commandmode, 'prompt')
            when line.message is null and line.content is not null then 'absorbed'
        end as queued_as,
        coalesce(line.attachment.source_uuid, line."commandUuid") as queued_uuid,
        -- Where nobody is there to be asked, the client calls what its configuration refuses rejected as well.
        case
            when line."toolDenialKind" = 'user-rejected' and line."permissionDecision".source not like 'user%'
                then 'permission-rule'
            else line."toolDenialKind"
        end as denial_kind,
        line."toolUseResult" as tool_result

    from parsed

),

unnested as (

    select
        line_id,
        batch_id,
        tool_result,
        denial_kind,
        usage_fields,
        usage_iterations,
        origin,
        prompt_source,
        turn_origin,
        queued_as,
        queued_uuid,
        unnest(content) as block,
        generate_subscripts(content, 1) as block_number

    from with_content

),

-- Tool inputs differ from tool to tool: they are kept as logged, and what rules ask for is taken out of them.
with_inputs as (

    select
        *,
        {{ parse_json(
            'block.input',
            '{"file_path": "VARCHAR", "notebook_path": "VARCHAR", "path": "VARCHAR", "command": "VARCHAR", "url": "VARCHAR", "subagent_type": "VARCHAR", "plan": "VARCHAR", "file": "VARCHAR", "filename": "VARCHAR", "filepath": "VARCHAR", "relative_path": "VARCHAR", "absolute_path": "VARCHAR", "uri": "VARCHAR", "source": "VARCHAR", "destination": "VARCHAR", "paths": ["VARCHAR"], "files": ["VARCHAR"]}'
        ) }} as tool_input

    from unnested

),

blocks as (

    select
        line_id,
        batch_id,
        block_number,
        block.type as block_type,
        case
            when block.type = 'text' then block.text
            when block.type in ('image', 'document') then {{ attached_file('block') }}
        end as block_text,
        block.id as tool_use_id,
        block.name as tool_name,
        cast(block.input as string) as tool_input,
        coalesce(tool_input.file_path, tool_input.notebook_path, tool_input.path) as tool_file_path,
        case when block.name like 'mcp\_\_%' escape '\' then {{ named_paths('tool_input') }} end as tool_paths,
        tool_input.command as tool_command,
        tool_input.url as tool_url,
        tool_input.subagent_type as tool_subagent_type,
        case when block.name = 'ExitPlanMode' then tool_input.plan end as tool_plan,
        block.tool_use_id as result_tool_use_id,
        coalesce(
            block.is_error,
            case when block.type like '%\_tool\_result' escape '\' then {{ tells_of_error('block.content') }} end
        ) as result_is_error,
        {{ result_text('block.content') }} as result_text,
        origin.kind || coalesce('/' || origin.subkind, '') as origin_kind,
        coalesce(origin.name, origin."from", origin.server) as origin_name,
        prompt_source,
        turn_origin,
        queued_as,
        queued_uuid,
        denial_kind as result_denial_kind,
        tool_result.gitoperation.commit.sha as result_commit_sha,
        tool_result.gitoperation.commit.kind as result_commit_kind,
        tool_result.gitoperation.push.branch as result_pushed_branch,
        tool_result.gitoperation.pr.action as result_pr_action,
        tool_result.gitoperation.pr.url as result_pr_url,
        tool_result.agentid as result_agent_id,
        tool_result.runid as result_workflow_run_id,
        nullif(regexp_extract(tool_result.persistedoutputpath, 'tool-results[/\\](.+)$', 1), '') as result_file_name,
        {{ count_from_json('tool_result.toolstats.editfilecount') }} as result_edited_file_count,
        case
            when tool_result.searchcount is not null then {{ logged_count('tool_result.searchcount') }}
            -- Before results had the number, one was that of at least one search.
            when tool_result.query is not null and tool_result.durationseconds is not null then 1
        end as result_search_count,
        case
            when tool_result.type = 'create' and len(tool_result.structuredpatch) = 0
                then {{ text_lines('tool_result.content') }}
            else {{ hunk_lines('tool_result.structuredpatch', '+') }}
        end as result_lines_added,
        {{ hunk_lines('tool_result.structuredpatch', '-') }} as result_lines_removed,
        case when block.type = 'fallback' then block."to".model end as fallback_model,
        usage_fields,
        cast(usage_iterations as string) as usage_iterations

    from with_inputs

)

select * from blocks
