{{ config(materialized='ephemeral') }}

with

task_commits as (

    select * from {{ ref('int_task_commits') }}

),

task_pull_requests as (

    select * from {{ ref('int_task_pull_requests') }}

),

work as (

    select * from {{ ref('int_task_work') }}

),

join_kinds as (

    select * from {{ ref('commit_join_kinds') }}

),

-- Clones hold the same commit, and several tasks may have a part in it: it is counted once, where it is surest.
commit_owners as (

    select
        task_commits.commit_sha,
        min_by(
            work.work_task_id,
            lpad(cast(join_kinds.join_rank as string), 2, '0') || task_commits.task_id
        ) as work_task_id

    from task_commits

    inner join join_kinds
        on task_commits.join_kind = join_kinds.join_kind

    inner join work
        on task_commits.task_id = work.task_id

    where task_commits.reached_default_branch

    group by task_commits.commit_sha

),

-- A pull request without an address is the one that its task merged.
pull_request_owners as (

    select
        coalesce(task_pull_requests.pull_request_url, task_pull_requests.task_id) as pull_request,
        min_by(
            work.work_task_id,
            case when task_pull_requests.is_told then '0' else '1' end || task_pull_requests.task_id
        ) as work_task_id

    from task_pull_requests

    inner join work
        on task_pull_requests.task_id = work.task_id

    where
        task_pull_requests.state = 'merged'
        or task_pull_requests.is_told_merged

    group by coalesce(task_pull_requests.pull_request_url, task_pull_requests.task_id)

),

yields as (

    select
        work_task_id,
        'commit' as yield

    from commit_owners

    union all

    select
        work_task_id,
        'pull_request' as yield

    from pull_request_owners

),

sums as (

    select
        work_task_id,
        count(case when yield = 'commit' then 1 end) as default_branch_commit_count,
        count(case when yield = 'pull_request' then 1 end) as merged_pull_request_count

    from yields

    group by work_task_id

),

counted as (

    select
        work.task_id,
        work.work_task_id,
        coalesce(sums.default_branch_commit_count, 0) as default_branch_commit_count,
        coalesce(sums.merged_pull_request_count, 0) as merged_pull_request_count

    from work

    left join sums
        on work.task_id = sums.work_task_id

)

select * from counted
