with

tasks as (

    select * from {{ ref('fct_tasks') }}

),

signals as (

    select * from {{ ref('fct_task_signals') }}

),

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

outcome_classes as (

    select * from {{ ref('dim_outcome_classes') }}

),

-- What a sub-agent costs goes into the work of the thread that started it.
costs as (

    select
        root_task_id,
    {% for kind in priced_kinds() -%}
        sum({{ kind }}_cost_usd) as {{ kind }}_cost_usd
        {{- ',' if not loop.last }}
    {% endfor %}

    from tasks

    group by root_task_id

),

work as (

    select
        {{ reporting_date('tasks.ended_at') }} as ended_on,
        tasks.fleet,
        tasks.host,
        tasks.account,
        signals.provider,
        tasks.project,
        signals.model,
        tasks.outcome_class,
        outcome_classes.outcome_result,
        tasks.outcome_confidence,
        tasks.mu_outcome_class,
        evidence.default_commit_count,
        greatest(evidence.merged_pull_request_count, evidence.told_merged_pull_request_count)
            as merged_pull_request_count,
        costs.billed_cost_usd,
        costs.subscription_cost_usd,
        costs.unknown_cost_usd

    from tasks

    inner join costs
        on tasks.task_id = costs.root_task_id

    inner join evidence
        on tasks.task_id = evidence.task_id

    left join signals
        on tasks.task_id = signals.task_id

    left join outcome_classes
        on tasks.outcome_class = outcome_classes.outcome_class

),

outcomes as (

    select
        ended_on,
        fleet,
        host,
        account,
        provider,
        project,
        model,
        outcome_class,
        outcome_confidence,
        mu_outcome_class,
        max(outcome_result) as outcome_result,
        count(*) as task_count,
        cast(sum(default_commit_count) as bigint) as default_branch_commit_count,
        cast(sum(merged_pull_request_count) as bigint) as merged_pull_request_count,
    {% for kind in priced_kinds() -%}
        cast(sum({{ kind }}_cost_usd) as {{ usd_type() }}) as {{ kind }}_cost_usd
        {{- ',' if not loop.last }}
    {% endfor %}

    from work

    group by
        ended_on,
        fleet,
        host,
        account,
        provider,
        project,
        model,
        outcome_class,
        outcome_confidence,
        mu_outcome_class

)

select * from outcomes
