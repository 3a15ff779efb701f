with

claude_code_tasks as (

    select * from {{ ref('int_claude_code_tasks') }}

),

mu_tasks as (

    select * from {{ ref('int_mu_tasks') }}

),

spans as (

    select * from {{ ref('int_task_spans') }}

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
