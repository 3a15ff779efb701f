{{ config(materialized='ephemeral') }}

with

told as (

    select * from {{ ref('int_told_commits') }}

),

task_repositories as (

    select * from {{ ref('int_task_repositories') }}

),

commits as (

    select * from {{ ref('stg_git__commits') }}

),

-- A squash or a rebase makes another commit of it; its subject, or the list in a squash's message, still says so.
by_subject as (

    select distinct
        told.task_id,
        told.commit_sha as told_sha,
        commits.host,
        commits.repository,
        commits.commit_sha,
        'subject' as join_kind

    from told

    inner join task_repositories
        on told.task_id = task_repositories.task_id

    inner join commits
        on task_repositories.host = commits.host
        and task_repositories.repository = commits.repository
        and told.committed_at <= commits.committed_at + interval '1 minute'
        and commits.is_on_a_branch
        and (
            {{ replace_regex('commits.subject', "' \\(#[0-9]+\\)$'", "''") }} = told.subject
            or (length(told.subject) >= 12 and contains(commits.body, '* ' || told.subject))
        )

    where told.subject is not null

)

select * from by_subject
