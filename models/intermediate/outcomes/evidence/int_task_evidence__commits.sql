{{ config(materialized='ephemeral') }}

with

scopes as (

    select * from {{ ref('int_task_scopes') }}

),

subagent_commits as (

    select * from {{ ref('int_subagent_commits') }}

),

task_commits as (

    select * from {{ ref('int_task_commits') }}

),

commit_claims as (

    select * from {{ ref('int_commit_claims') }}

),

join_kinds as (

    select * from {{ ref('commit_join_kinds') }}

),

commits_at_hand as (

    select
        scopes.task_id,
        task_commits.task_commit_id,
        task_commits.join_kind

    from scopes

    inner join task_commits
        on scopes.evidence_task_id = task_commits.task_id

    union all

    select
        task_id,
        task_commit_id,
        'thread' as join_kind

    from subagent_commits

),

-- Of a commit that was amended away only the one that took its place counts.
commit_sums as (

    select
        commits_at_hand.task_id,
        count(*) as commit_count,
        count(case when task_commits.join_kind <> 'log' then 1 end) as collected_commit_count,
        count(case when task_commits.reached_default_branch then 1 end) as default_commit_count,
        count(case when task_commits.is_reverted then 1 end) as reverted_commit_count,
        count(case when task_commits.is_on_a_branch and not task_commits.is_reverted then 1 end)
            as standing_commit_count,
        count(case when task_commits.is_told_on_default_branch then 1 end) as told_default_commit_count,
        count(case when task_commits.is_told_pushed then 1 end) as told_pushed_commit_count,
        coalesce(count(*) = count(task_commits.file_count) and max(task_commits.file_count) = 0, false)
            as diff_is_empty,
        min(join_kinds.join_rank) as commit_join_rank,
        min(
            case when task_commits.reached_default_branch or task_commits.is_reverted then join_kinds.join_rank end
        ) as default_join_rank,
        max(
            case
                when commit_claims.missing_file_count = commit_claims.claimed_file_count
                    then commit_claims.missing_file
            end
        ) as missing_file,
        max(commit_claims.mu_missing_file) as mu_missing_file

    from commits_at_hand

    inner join task_commits
        on commits_at_hand.task_commit_id = task_commits.task_commit_id

    inner join join_kinds
        on commits_at_hand.join_kind = join_kinds.join_kind

    left join commit_claims
        on task_commits.host = commit_claims.host
        and task_commits.repository = commit_claims.repository
        and task_commits.commit_sha = commit_claims.commit_sha

    where coalesce(task_commits.is_on_a_branch, true)

    group by commits_at_hand.task_id

)

select * from commit_sums
