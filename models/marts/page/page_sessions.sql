with

sessions as (

    select * from {{ ref('fct_sessions') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

tasks as (

    select * from {{ ref('fct_tasks') }}

),

findings as (

    select * from {{ ref('fct_audit_findings') }}

),

outcome_classes as (

    select * from {{ ref('dim_outcome_classes') }}

),

model_sums as (

    select
        session_id,
        provider,
        model,
        count(*) as call_count,
        sum(cost_usd) as cost_usd

    from model_calls

    group by
        session_id,
        provider,
        model

),

-- The model that most of the money, else of the calls, went to.
main_models as (

    select
        session_id,
        provider,
        model,
        count(*) over (partition by session_id) as model_count

    from model_sums

    qualify row_number() over (
        partition by session_id
        order by
            cost_usd desc nulls last,
            call_count desc,
            provider asc,
            model asc
    ) = 1

),

-- The task whose outcome fct_sessions names.
last_tasks as (

    select
        session_id,
        outcome_confidence,
        outcome_rationale,
        mu_outcome_class,
        evidence_coverage

    from tasks

    where not is_subagent

    qualify row_number() over (
        partition by session_id
        order by
            ended_at desc nulls last,
            task_id desc
    ) = 1

),

finding_counts as (

    select
        session_id,
        count(*) as finding_count

    from findings

    group by session_id

),

listed as (

    select
        sessions.session_id,
        sessions.parent_session_id,
        sessions.fleet,
        sessions.host,
        sessions.account,
        main_models.provider,
        sessions.project,
        sessions.started_in,
        sessions.git_branch,
        main_models.model,
        coalesce(main_models.model_count, 0) as model_count,
        sessions.title,
        {{ reporting_date('sessions.started_at') }} as started_on,
        sessions.started_at,
        sessions.ended_at,
        sessions.wall_clock_ms,
        sessions.active_ms,
        sessions.outcome_class,
        outcome_classes.outcome_result,
        last_tasks.outcome_confidence,
        last_tasks.outcome_rationale,
        last_tasks.mu_outcome_class,
        last_tasks.evidence_coverage,
        sessions.operator_rating,
        sessions.task_count,
        sessions.turn_count,
        {% for column in usage_columns() -%}
            sessions.{{ column }},
        {% endfor -%}
        sessions.billed_cost_usd,
        sessions.subscription_cost_usd,
        sessions.unknown_cost_usd,
        sessions.model_call_count,
        sessions.final_usage_call_count,
        sessions.unpriced_call_count,
        sessions.tool_call_count,
        sessions.tool_error_count,
        sessions.lines_added,
        sessions.lines_removed,
        coalesce(finding_counts.finding_count, 0) as finding_count

    from sessions

    left join main_models
        on sessions.session_id = main_models.session_id

    left join last_tasks
        on sessions.session_id = last_tasks.session_id

    left join outcome_classes
        on sessions.outcome_class = outcome_classes.outcome_class

    left join finding_counts
        on sessions.session_id = finding_counts.session_id

)

select * from listed
