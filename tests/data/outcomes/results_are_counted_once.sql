-- Clones hold the same commits, and several tasks may have a part in one: of each kind of cost a result counts once.
with

costs as (

    select * from {{ ref('fct_outcome_costs') }}

),

task_commits as (

    select * from {{ ref('int_task_commits') }}

),

task_pull_requests as (

    select * from {{ ref('int_task_pull_requests') }}

),

distinct_results as (

    select
        (
            select count(distinct commit_sha)
            from task_commits
            where reached_default_branch
        ) as commit_count,
        (
            select count(distinct coalesce(pull_request_url, task_id))
            from task_pull_requests
            where
                state = 'merged'
                or is_told_merged
        ) as pull_request_count

),

counted as (

    select
        cost_kind,
        sum(default_branch_commit_count) as commit_count,
        sum(merged_pull_request_count) as pull_request_count

    from costs

    group by cost_kind

),

counted_more as (

    select counted.*

    from counted

    inner join distinct_results
        on counted.commit_count > distinct_results.commit_count
        or counted.pull_request_count > distinct_results.pull_request_count

)

select * from counted_more
