with

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

inputs as (

    select * from {{ ref('int_tool_calls') }}

),

tasks as (

    select * from {{ ref('fct_tasks') }}

),

files as (

    select
        session_id,
        agent_id,
        max(workflow_run_id) as workflow_run_id,
        max(agent_type) as agent_type

    from {{ ref('int_claude_code_files') }}

    where
        file_kind = 'subagent'
        and agent_id is not null

    group by
        session_id,
        agent_id

),

-- A workflow starts several, which are told by its run.
spawned as (

    select
        tool_calls.*,
        inputs.subagent_type,
        coalesce(inputs.spawned_agent_id, files.agent_id) as agent_id

    from tool_calls

    inner join inputs
        on tool_calls.tool_call_id = inputs.tool_call_id

    left join files
        on inputs.session_id = files.session_id
        and inputs.workflow_run_id = files.workflow_run_id

    where
        inputs.subagent_type is not null
        or inputs.spawned_agent_id is not null
        or inputs.workflow_run_id is not null
        or lower(tool_calls.tool_name) in ('agent', 'task')

),

-- The task a call started: its tokens and cost are the sub-agent's own, not part of the call's.
subagents as (

    select
        spawned.tool_call_id,
        spawned.model_call_id,
        spawned.task_id as parent_task_id,
        tasks.task_id,
        spawned.agent_id,
        spawned.session_id,
        spawned.fleet,
        spawned.host,
        spawned.account,
        spawned.project,
        coalesce(spawned.subagent_type, files.agent_type) as subagent_type,
        spawned.called_at,
        spawned.called_on,
        spawned.ended_at,
        spawned.duration_ms,
        spawned.is_error,
        tasks.model_call_count,
        tasks.tool_call_count,
        tasks.tool_error_count,
        tasks.input_tokens,
        tasks.output_tokens,
        tasks.cache_read_tokens,
        tasks.cache_write_5m_tokens,
        tasks.cache_write_1h_tokens,
        tasks.billed_cost_usd,
        tasks.subscription_cost_usd,
        tasks.unknown_cost_usd,
        tasks.unpriced_call_count

    from spawned

    left join tasks
        on spawned.session_id = tasks.session_id
        and spawned.agent_id = tasks.agent_id

    left join files
        on spawned.session_id = files.session_id
        and spawned.agent_id = files.agent_id

)

select * from subagents
