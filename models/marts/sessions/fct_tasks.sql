with

tasks as (

    select * from {{ ref('int_tasks') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

turns as (

    select * from {{ ref('int_turns') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

outcomes as (

    select * from {{ ref('int_task_outcomes') }}

),

agreements as (

    select * from {{ ref('int_mu_task_agreements') }}

),

turn_counts as (

    select
        task_id,
        count(*) as turn_count

    from turns

    where turn_number > 0

    group by task_id

),

calls as (

    select
        task_id,
        {{ call_measures() }}

    from model_calls

    group by task_id

),

tools as (

    select
        task_id,
        {{ tool_measures() }}

    from tool_calls

    group by task_id

),

measured as (

    select
        tasks.task_id,
        tasks.session_id,
        tasks.parent_task_id,
        tasks.root_task_id,
        tasks.fleet,
        tasks.host,
        tasks.account,
        tasks.agent_id,
        tasks.is_subagent,
        sessions.project,
        coalesce(tasks.git_branch, sessions.git_branch) as git_branch,
        sessions.title,
        tasks.exit_reason,
        tasks.mu_exit_reason,
        outcomes.mu_outcome_class,
        outcomes.mu_outcome_confidence,
        outcomes.mu_outcome_rationale,
        outcomes.outcome_class,
        outcomes.outcome_confidence,
        outcomes.outcome_rationale,
        outcomes.outcome_rule,
        outcomes.evidence_coverage,
        outcomes.successor_task_id,
        tasks.started_at,
        tasks.ended_at,
        tasks.wall_clock_ms,
        tasks.active_ms,
        coalesce(turn_counts.turn_count, 0) as turn_count,
        tasks.logged_tool_call_count,
        coalesce(agreements.usage_disagrees, false) as usage_disagrees,
        {{ measure_columns() }}

    from tasks

    left join calls
        on tasks.task_id = calls.task_id

    left join tools
        on tasks.task_id = tools.task_id

    left join turn_counts
        on tasks.task_id = turn_counts.task_id

    left join sessions
        on tasks.session_id = sessions.session_id

    left join outcomes
        on tasks.task_id = outcomes.task_id

    left join agreements
        on tasks.task_id = agreements.task_id

)

select * from measured
