{{ config(materialized='ephemeral') }}

with

edits as (

    select *

    from {{ ref('int_file_edits') }}

    where file_kind = 'work'

),

task_repositories as (

    select * from {{ ref('int_task_repositories') }}

),

commits as (

    select * from {{ ref('stg_git__commits') }}

),

commit_files as (

    select * from {{ ref('stg_git__commit_files') }}

),

-- Made by hand, or by what the log does not tell of: soon after the task edited what it changes, where it worked. What
-- others made and was fetched has the same files every day, and their agents' trailers, too. A revert undoes a task's
-- edits, and is not made of them.
file_overlaps as (

    select
        edits.task_id,
        commits.host,
        commits.repository,
        commits.commit_sha,
        commits.is_by_an_agent,
        max(edits.edited_at) as edited_at,
        count(distinct commit_files.file_path) as shared_file_count

    from edits

    inner join task_repositories
        on edits.task_id = task_repositories.task_id

    inner join commits
        on task_repositories.host = commits.host
        and task_repositories.repository = commits.repository
        and edits.edited_at <= commits.committed_at
        and edits.edited_at >= commits.committed_at - interval '24 hours'

    inner join commit_files
        on commits.host = commit_files.host
        and commits.repository = commit_files.repository
        and commits.commit_sha = commit_files.commit_sha
        and ends_with(replace(edits.file_path, '\', '/'), '/' || commit_files.file_path)

    where
        commits.parent_count < 2
        and commits.is_made_here
        and coalesce(commits.reverted_sha, commits.reverted_subject) is null
        and (
            task_repositories.git_branch is null
            or commits.branch is null
            or task_repositories.git_branch = commits.branch
            or contains(chr(10) || commits.branches || chr(10), chr(10) || task_repositories.git_branch || chr(10))
            or commits.reached_default_branch
        )

    group by
        edits.task_id,
        commits.host,
        commits.repository,
        commits.commit_sha,
        commits.is_by_an_agent

),

-- Of several tasks that edited the files, the last before the commit.
by_files as (

    select
        task_id,
        cast(null as string) as told_sha,
        host,
        repository,
        commit_sha,
        case when is_by_an_agent then 'co_author' else 'files' end as join_kind

    from file_overlaps

    qualify row_number() over (
        partition by host, repository, commit_sha
        order by
            edited_at desc,
            shared_file_count desc,
            task_id asc
    ) = 1

)

select * from by_files
