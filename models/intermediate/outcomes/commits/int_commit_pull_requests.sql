{{ config(materialized='ephemeral') }}

with

task_commits as (

    select * from {{ ref('int_task_commits') }}

),

directories as (

    select * from {{ ref('stg_git__directories') }}

),

commits as (

    select *

    from {{ ref('stg_git__commits') }}

    where branches is not null

),

pull_requests as (

    select * from {{ ref('stg_github__pull_requests') }}

),

pull_request_commits as (

    select * from {{ ref('stg_github__pull_request_commits') }}

),

-- Who fetches pull requests has a branch for each, under its number.
pull_branches as (

    select
        host,
        repository,
        commit_sha,
        {{ each_match('branches', "'(?m)^(?:pull|pr)/([0-9]{1,12})(?:/head)?$'") }} as pull_request_number

    from commits

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

    union distinct

    select distinct
        task_commits.task_id,
        'https://' || lower(directories.remote) || '/pull/' || pull_branches.pull_request_number as pull_request_url

    from task_commits

    inner join pull_branches
        on task_commits.host = pull_branches.host
        and task_commits.repository = pull_branches.repository
        and task_commits.commit_sha = pull_branches.commit_sha

    inner join directories
        on task_commits.host = directories.host
        and task_commits.repository = directories.repository

    where directories.remote is not null

)

select * from by_commit
