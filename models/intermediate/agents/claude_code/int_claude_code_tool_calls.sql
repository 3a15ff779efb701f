with

lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

-- What Claude Code keeps beside a sub-agent's transcript says which call started it, also where no result does.
started as (

    select
        session_id,
        started_by_tool_use_id as tool_use_id,
        min(agent_id) as agent_id

    from {{ ref('int_claude_code_files') }}

    where
        started_by_tool_use_id is not null
        and agent_id is not null

    group by
        session_id,
        started_by_tool_use_id

),

repeated_ids as (

    select * from {{ ref('int_claude_code_repeated_tool_ids') }}

),

uses as (

    select
        lines.model_call_id,
        lines.thread_id,
        lines.session_id,
        lines.cwd,
        lines.logged_at,
        lines.line_id,
        coalesce(lines.line_uuid, lines.line_id) as line_uuid,
        coalesce({{ time_key('lines.logged_at') }}, 'none') || lines.line_id as call_key,
        blocks.block_number,
        coalesce(blocks.tool_use_id, '') as tool_use_id,
        blocks.tool_name,
        blocks.block_type = 'server_tool_use' as is_server_tool,
        blocks.tool_file_path,
        blocks.tool_paths,
        blocks.tool_command,
        blocks.tool_url,
        blocks.tool_subagent_type

    from lines

    inner join blocks
        on lines.line_id = blocks.line_id

    where
        lines.model_call_id is not null
        and {{ is_tool_use('blocks.block_type') }}

),

-- An id that stands in several responses names a call only within its thread, or only on its line.
id_spread_in_thread as (

    select
        thread_id,
        tool_use_id,
        count(distinct model_call_id) as calls_in_thread

    from uses

    group by
        thread_id,
        tool_use_id

),

scoped_uses as (

    select
        uses.*,
        case
            when repeated_ids.tool_use_id is null then 'any'
            when id_spread_in_thread.calls_in_thread = 1 then 'thread:' || uses.thread_id
            else 'line:' || uses.line_uuid
        end as id_scope,
        case
            when repeated_ids.tool_use_id is null or id_spread_in_thread.calls_in_thread = 1 then uses.tool_use_id
            else uses.tool_use_id || ':' || uses.line_uuid || ':' || uses.block_number
        end as use_key

    from uses

    left join repeated_ids
        on uses.tool_use_id = repeated_ids.tool_use_id

    inner join id_spread_in_thread
        on uses.thread_id = id_spread_in_thread.thread_id
        and uses.tool_use_id = id_spread_in_thread.tool_use_id

),

results as (

    select
        blocks.result_tool_use_id as tool_use_id,
        lines.thread_id,
        lines.source_tool_assistant_uuid,
        lines.logged_at,
        lines.line_id,
        blocks.block_number,
        coalesce({{ time_key('lines.logged_at') }}, 'none') || lines.line_id as result_key,
        coalesce(blocks.result_is_error, false) as is_error,
        blocks.result_agent_id,
        blocks.result_workflow_run_id,
        blocks.result_file_name,
        blocks.result_search_count,
        blocks.result_lines_added,
        blocks.result_lines_removed

    from blocks

    inner join lines
        on blocks.line_id = lines.line_id

    where
        lines.copy_number = 1
        and {{ is_tool_result('blocks.block_type') }}

),

scoped_results as (

    select
        *,
        'any' as id_scope

    from results

    union all

    select
        *,
        'thread:' || thread_id as id_scope

    from results

    union all

    select
        *,
        'line:' || source_tool_assistant_uuid as id_scope

    from results

    where source_tool_assistant_uuid is not null

),

tool_calls as (

    select
        scoped_uses.model_call_id || ':' || scoped_uses.use_key as tool_call_id,
        scoped_uses.model_call_id,
        max(scoped_uses.tool_name) as tool_name,
        max(scoped_uses.is_server_tool) as is_server_tool,
        max(scoped_uses.tool_file_path) as file_path,
        max(scoped_uses.tool_paths) as paths,
        max(scoped_uses.tool_command) as command,
        max(scoped_uses.tool_url) as url,
        max(scoped_uses.tool_subagent_type) as subagent_type,
        min_by(scoped_uses.cwd, scoped_uses.call_key) as working_directory,
        min_by(scoped_uses.line_id, scoped_uses.call_key) as call_line_id,
        min_by(scoped_uses.block_number, scoped_uses.call_key) as call_block_number,
        min_by(scoped_results.line_id, scoped_results.result_key) as result_line_id,
        min_by(scoped_results.block_number, scoped_results.result_key) as result_block_number,
        max(coalesce(scoped_results.result_agent_id, started.agent_id)) as spawned_agent_id,
        max(scoped_results.result_workflow_run_id) as workflow_run_id,
        max(scoped_results.result_file_name) as result_file_name,
        max(scoped_results.result_search_count) as search_count,
        max(scoped_results.result_lines_added) as lines_added,
        max(scoped_results.result_lines_removed) as lines_removed,
        max(scoped_results.is_error) as is_error,
        min(scoped_uses.logged_at) as called_at,
        min(scoped_results.logged_at) as ended_at

    from scoped_uses

    left join scoped_results
        on scoped_uses.tool_use_id = scoped_results.tool_use_id
        and scoped_uses.id_scope = scoped_results.id_scope

    left join started
        on scoped_uses.session_id = started.session_id
        and scoped_uses.tool_use_id = started.tool_use_id

    group by
        scoped_uses.model_call_id,
        scoped_uses.use_key

)

select * from tool_calls
