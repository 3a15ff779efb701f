{{ config(materialized='ephemeral') }}

with

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

ends as (

    select * from {{ ref('int_claude_code_task_ends') }}

),

-- The thread whose tool call started a sub-agent.
spawns as (

    select
        session_id,
        spawned_agent_id,
        min(task_id) as parent_task_id

    from tool_calls

    where spawned_agent_id is not null

    group by
        session_id,
        spawned_agent_id

),

main_threads as (

    select
        session_id,
        thread_id

    from threads

    where
        agent_id is null
        and has_messages

),

claude_code_tasks as (

    select
        threads.thread_id as task_id,
        'claude_code' as fleet,
        threads.host,
        threads.account,
        threads.session_id,
        case
            when threads.agent_id is not null then coalesce(spawns.parent_task_id, main_threads.thread_id)
        end as parent_task_id,
        case
            when threads.agent_id is not null then coalesce(main_threads.thread_id, threads.thread_id)
            else threads.thread_id
        end as root_task_id,
        threads.agent_id,
        threads.agent_id is not null as is_subagent,
        threads.git_branch,
        -- Where nothing of its own was asked or answered, nothing is left open.
        coalesce(ends.exit_reason, 'done') as exit_reason,
        'done' as mu_exit_reason,
        cast(null as bigint) as logged_tool_call_count,
        cast(null as timestamp) as logged_started_at,
        cast(null as timestamp) as logged_ended_at,
        cast(null as bigint) as logged_wall_clock_ms

    from threads

    left join spawns
        on threads.session_id = spawns.session_id
        and threads.agent_id = spawns.spawned_agent_id

    left join main_threads
        on threads.session_id = main_threads.session_id

    left join ends
        on threads.thread_id = ends.thread_id

    where threads.has_messages

)

select * from claude_code_tasks
