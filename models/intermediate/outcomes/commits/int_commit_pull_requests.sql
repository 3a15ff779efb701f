{{ config(materialized='ephemeral') }}

with

task_commits as (

    select * from {{ ref('int_task_commits') }}

),

directories as (

    select * from {{ ref('stg_git__directories') }}

),

pull_requests as (

    select * from {{ ref('stg_github__pull_requests') }}

),

pull_request_commits as (

    select * from {{ ref('stg_github__pull_request_commits') }}

),

by_commit as (

    select distinct
        task_commits.task_id,
        lower(pull_request_commits.pull_request_url) as pull_request_url

    from task_commits

    inner join pull_request_commits
        on left(task_commits.commit_sha, 7) = left(pull_request_commits.commit_sha, 7)
        and starts_with(pull_request_commits.commit_sha, task_commits.commit_sha)

    union distinct

    select distinct
        task_commits.task_id,
        lower(pull_requests.pull_request_url) as pull_request_url

    from task_commits

    inner join directories
        on task_commits.host = directories.host
        and task_commits.repository = directories.repository

    inner join pull_requests
        on directories.remote = pull_requests.remote
        and task_commits.commit_sha = pull_requests.merge_sha

)

select * from by_commit
