with

tasks as (

    select * from {{ ref('fct_tasks') }}

),

yields as (

    select * from {{ ref('int_task_yields') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

outcome_classes as (

    select * from {{ ref('outcome_classes') }}

),

-- What a sub-agent costs goes into the work of the thread that started it, and a plan that was handed over into the
-- work that it went to.
calls as (

    select
        yields.work_task_id,
        model_calls.model,
        model_calls.cost_kind,
        count(*) as call_count,
        sum(model_calls.cost_usd) as cost_usd

    from model_calls

    inner join yields
        on model_calls.task_id = yields.task_id

    group by
        yields.work_task_id,
        model_calls.model,
        model_calls.cost_kind

),

-- A piece of work is counted once, under the model that most of its money, else of its calls, went to.
main_models as (

    select
        work_task_id,
        model

    from calls

    qualify row_number() over (
        partition by work_task_id
        order by
            cost_usd desc nulls last,
            call_count desc,
            model asc
    ) = 1

),

costs as (

    select
        work_task_id,
        cost_kind,
        sum(cost_usd) as cost_usd

    from calls

    group by
        work_task_id,
        cost_kind

),

work as (

    select
        tasks.fleet,
        tasks.host,
        tasks.account,
        tasks.project,
        main_models.model,
        cast(date_trunc('month', {{ reporting_date('tasks.started_at') }}) as date) as month_start,
        costs.cost_kind,
        costs.cost_usd,
        tasks.outcome_class,
        outcome_classes.outcome_result,
        outcome_classes.outcome_result = 'failure' and tasks.outcome_class <> 'reverted' as is_failed,
        yields.default_branch_commit_count,
        yields.merged_pull_request_count

    from tasks

    inner join costs
        on tasks.task_id = costs.work_task_id

    inner join main_models
        on tasks.task_id = main_models.work_task_id

    inner join yields
        on tasks.task_id = yields.task_id

    inner join outcome_classes
        on tasks.outcome_class = outcome_classes.outcome_class

),

sums as (

    select
        fleet,
        host,
        account,
        project,
        model,
        month_start,
        cost_kind,
        count(*) as task_count,
        count(case when outcome_result <> 'unknown' then 1 end) as observed_task_count,
        count(case when outcome_result = 'success' then 1 end) as success_count,
        count(case when outcome_result = 'failure' then 1 end) as failure_count,
        cast(sum(default_branch_commit_count) as bigint) as default_branch_commit_count,
        cast(sum(merged_pull_request_count) as bigint) as merged_pull_request_count,
        cast(sum(cost_usd) as {{ usd_type() }}) as cost_usd,
        cast(sum(case when outcome_result = 'success' then cost_usd end) as {{ usd_type() }}) as success_cost_usd,
        cast(sum(case when is_failed then cost_usd end) as {{ usd_type() }}) as failed_cost_usd,
        cast(sum(case when outcome_class = 'reverted' then cost_usd end) as {{ usd_type() }}) as reverted_cost_usd,
        cast(sum(case when outcome_result = 'neither' then cost_usd end) as {{ usd_type() }}) as neither_cost_usd,
        cast(sum(case when outcome_result = 'unknown' then cost_usd end) as {{ usd_type() }}) as unobserved_cost_usd

    from work

    group by
        fleet,
        host,
        account,
        project,
        model,
        month_start,
        cost_kind

),

-- Of work of which half or more is unobserved, no price per result is told.
priced as (

    select
        *,
        cast(observed_task_count as double) / task_count as observed_share,
        case
            when 2 * observed_task_count > task_count
                then cast(cost_usd as double) / nullif(success_count, 0)
        end as cost_per_success_usd,
        case
            when 2 * observed_task_count > task_count
                then cast(cost_usd as double) / nullif(default_branch_commit_count, 0)
        end as cost_per_default_branch_commit_usd,
        case
            when 2 * observed_task_count > task_count
                then cast(cost_usd as double) / nullif(merged_pull_request_count, 0)
        end as cost_per_merged_pull_request_usd

    from sums

)

select * from priced
