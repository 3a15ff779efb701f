with

model_calls as (

    select * from {{ ref('int_model_calls') }}

),

claude_code as (

    select * from {{ ref('int_claude_code_tool_calls') }}

),

mu as (

    select * from {{ ref('int_mu_tool_calls') }}

),

tool_aliases as (

    select * from {{ ref('tool_aliases') }}

),

unioned as (

    select
        claude_code.tool_call_id,
        claude_code.model_call_id,
        model_calls.turn_id,
        model_calls.task_id,
        model_calls.session_id,
        model_calls.fleet,
        model_calls.host,
        model_calls.account,
        claude_code.tool_name,
        claude_code.is_server_tool,
        claude_code.file_path,
        claude_code.paths,
        claude_code.command,
        claude_code.url,
        claude_code.working_directory,
        claude_code.call_line_id,
        claude_code.call_block_number,
        claude_code.result_line_id,
        claude_code.result_block_number,
        claude_code.subagent_type,
        claude_code.spawned_agent_id,
        claude_code.workflow_run_id,
        claude_code.result_file_name,
        claude_code.lines_added,
        claude_code.lines_removed,
        claude_code.is_error,
        claude_code.called_at,
        claude_code.ended_at

    from claude_code

    inner join model_calls
        on claude_code.model_call_id = model_calls.model_call_id

    union all

    select
        mu.tool_call_id,
        mu.model_call_id,
        coalesce(model_calls.turn_id, mu.task_id || '#0') as turn_id,
        mu.task_id,
        mu.session_id,
        'mu' as fleet,
        mu.host,
        mu.account,
        mu.tool_name,
        false as is_server_tool,
        mu.file_path,
        cast(null as string) as paths,
        mu.command,
        mu.url,
        cast(null as string) as working_directory,
        mu.tool_call_id as call_line_id,
        cast(null as bigint) as call_block_number,
        mu.result_line_id,
        cast(null as bigint) as result_block_number,
        cast(null as string) as subagent_type,
        cast(null as string) as spawned_agent_id,
        cast(null as string) as workflow_run_id,
        cast(null as string) as result_file_name,
        cast(null as bigint) as lines_added,
        cast(null as bigint) as lines_removed,
        mu.is_error,
        mu.called_at,
        mu.ended_at

    from mu

    left join model_calls
        on mu.model_call_id = model_calls.model_call_id
        and mu.task_id = model_calls.task_id

),

classified as (

    select
        unioned.*,
        case
            when unioned.is_server_tool then 'server_tool'
            when unioned.tool_name like 'mcp\_\_%' escape '\' then 'mcp'
            else coalesce(tool_aliases.tool_kind, 'other')
        end as tool_kind,
        nullif(regexp_extract(unioned.tool_name, '^mcp__(.+?)__', 1), '') as mcp_server

    from unioned

    left join tool_aliases
        on lower(unioned.tool_name) = tool_aliases.tool_name

)

select * from classified
