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

-- A squash or a rebase makes another commit of it; its subject, or the list in a squash's message, still says so. A
-- rebase keeps when the author made it, and a squash says that it is one: many commits bear one subject.
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
            (
                told.subject = commits.subject
                and abs({{ ms_between('told.committed_at', 'commits.authored_at') }}) <= 600000
            )
            or (
                told.subject <> commits.subject
                and told.subject = {{ replace_regex('commits.subject', "' \\(#[0-9]+\\)$'", "''") }}
            )
            or (length(told.subject) >= 12 and contains(commits.body, '* ' || told.subject))
        )

    where told.subject is not null

)

select * from by_subject
