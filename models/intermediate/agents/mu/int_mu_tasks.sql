{{ config(materialized='ephemeral') }}

with

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

telemetry as (

    select * from {{ ref('int_mu_task_telemetry') }}

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
        cast(null as string) as agent_id,
        parent_task_id is not null as is_subagent,
        cast(null as string) as git_branch,
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
        cast(null as string) as parent_task_id,
        owning_task_id as root_task_id,
        cast(null as string) as agent_id,
        false as is_subagent,
        cast(null as string) as git_branch,
        'unfinished' as exit_reason,
        cast(null as string) as mu_exit_reason,
        cast(null as bigint) as logged_tool_call_count,
        cast(null as timestamp) as logged_started_at,
        cast(null as timestamp) as logged_ended_at,
        cast(null as bigint) as logged_wall_clock_ms

    from open_tasks

)

select * from mu_tasks
