{{ config(materialized='ephemeral') }}

with

told as (

    select * from {{ ref('int_told_commits') }}

),

commits as (

    select * from {{ ref('stg_git__commits') }}

),

by_sha as (

    select
        told.task_id,
        told.commit_sha as told_sha,
        commits.host,
        commits.repository,
        commits.commit_sha,
        'sha' as join_kind

    from told

    inner join commits
        on told.host = commits.host
        and left(told.commit_sha, 7) = left(commits.commit_sha, 7)
        and starts_with(commits.commit_sha, told.commit_sha)

)

select * from by_sha
