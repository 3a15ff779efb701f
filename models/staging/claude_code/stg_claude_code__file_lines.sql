{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_files') }}

),

lines as (

    select
        {{ line_id() }} as line_id,
        fleet,
        host,
        account,
        source_path,
        generation,
        byte_offset,
        batch_id,
        landed_at,
        -- Which session a plan is of, sessions say, which name it: until then it is as one of its own.
        case
            when source_path like 'plans/%' then concat_ws('/', 'plan', host, account, source_path)
            when source_path like 'file-history/%' then split_part(source_path, '/', 2)
            else split_part(source_path, '/', 3)
        end as session_id,
        case
            when source_path like 'plans/%' then 'plan'
            when source_path like 'file-history/%' then 'file_history'
            when split_part(source_path, '/', 4) = 'tool-results' then 'tool_result'
            when split_part(source_path, '/', 4) = 'subagents' then 'subagent'
            when split_part(source_path, '/', 4) = 'workflows' then 'workflow'
            else 'custom_title'
        end as file_kind,
        nullif(regexp_extract(source_path, '/agent-([^/]+)\.meta\.json$', 1), '') as agent_id,
        nullif(regexp_extract(source_path, '/subagents/workflows/([^/]+)/', 1), '') as workflow_run_id,
        nullif(regexp_extract(source_path, '/tool-results/(.+)$', 1), '') as result_file_name,
        nullif(regexp_extract(source_path, '^plans/(.+)\.md$', 1), '') as plan_name,
        -- A sub-agent's plan is called after that of its session.
        nullif(regexp_extract(source_path, '^plans/(.+?)(-agent-.+)?\.md$', 1), '') as session_plan_name,
        -- What is no text has none: pictures and the like stay in the archive.
        raw as line_text,
        {{ json_value_in_line('raw', 'customTitle') }} as custom_title,
        {{ json_value_in_line('raw', 'agentType') }} as agent_type,
        {{ json_value_in_line('raw', 'toolUseId') }} as started_by_tool_use_id,
        {{ json_value_in_line('raw', 'parentAgentId') }} as parent_agent_id

    from landed

)

select * from lines
