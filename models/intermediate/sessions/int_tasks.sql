with

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

telemetry as (

    select * from {{ ref('int_mu_task_telemetry') }}

),

spans as (

    select * from {{ ref('int_task_spans') }}

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

),

-- Asks that have begun and of which no telemetry is landed yet.
open_tasks as (

    select
        owning_task_id,
        session_id,
        min(host) as host,
        min(account) as account

    from mu_events

    where
        owning_task_id = session_id || ':open'
        and event_kind in ('user_message', 'assistant_message_event', 'tool_call', 'tool_result', 'done', 'error')

    group by
        owning_task_id,
        session_id

),

mu_tasks as (

    select
        task_id,
        fleet,
        host,
        account,
        session_id,
        parent_task_id,
        task_id as root_task_id,
        cast(null as varchar) as agent_id,
        parent_task_id is not null as is_subagent,
        cast(null as varchar) as git_branch,
        exit_reason,
        exit_reason as mu_exit_reason,
        tools_actually_called_count as logged_tool_call_count,
        started_at as logged_started_at,
        ended_at as logged_ended_at,
        wall_clock_ms as logged_wall_clock_ms

    from telemetry

    union all

    select
        owning_task_id as task_id,
        'mu' as fleet,
        host,
        account,
        session_id,
        cast(null as varchar) as parent_task_id,
        owning_task_id as root_task_id,
        cast(null as varchar) as agent_id,
        false as is_subagent,
        cast(null as varchar) as git_branch,
        'unfinished' as exit_reason,
        cast(null as varchar) as mu_exit_reason,
        cast(null as bigint) as logged_tool_call_count,
        cast(null as timestamp) as logged_started_at,
        cast(null as timestamp) as logged_ended_at,
        cast(null as bigint) as logged_wall_clock_ms

    from open_tasks

),

unioned as (

    select * from claude_code_tasks

    union all

    select * from mu_tasks

),

tasks as (

    select
        unioned.task_id,
        unioned.fleet,
        unioned.host,
        unioned.account,
        unioned.session_id,
        unioned.parent_task_id,
        unioned.root_task_id,
        unioned.agent_id,
        unioned.is_subagent,
        unioned.git_branch,
        unioned.exit_reason,
        unioned.mu_exit_reason,
        unioned.logged_tool_call_count,
        coalesce(unioned.logged_started_at, spans.started_at) as started_at,
        coalesce(unioned.logged_ended_at, spans.ended_at) as ended_at,
        coalesce(
            unioned.logged_wall_clock_ms,
            {{ ms_between('spans.started_at', 'spans.ended_at') }}
        ) as wall_clock_ms,
        spans.active_ms

    from unioned

    left join spans
        on unioned.task_id = spans.task_id

)

select * from tasks
