with

matches as (

    select * from {{ ref('int_commit_matches') }}

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

task_commits as (

    select * from {{ ref('int_task_commits') }}

),

commits as (

    select * from {{ ref('stg_git__commits') }}

),

-- A trailer names a session: what a sub-agent has a part in is its thread's.
pairs as (

    select distinct
        tasks.root_task_id as task_id,
        matches.host,
        matches.repository,
        matches.commit_sha,
        matches.join_kind

    from matches

    inner join tasks
        on matches.task_id = tasks.task_id

),

trailers as (

    select *

    from pairs

    where join_kind = 'trailer'

),

used as (

    select distinct
        tasks.root_task_id as task_id,
        task_commits.host,
        task_commits.repository,
        task_commits.commit_sha,
        task_commits.join_kind

    from task_commits

    inner join tasks
        on task_commits.task_id = tasks.task_id

),

-- Whom another session's trailer names is a session, too: one that is not landed here.
joins as (

    select
        pairs.task_id,
        pairs.host,
        pairs.repository,
        pairs.commit_sha,
        pairs.join_kind,
        used.task_id is not null as is_used,
        commits.session_trailer is not null as has_trailer,
        trailers.task_id is not null as trailer_agrees,
        commits.committed_at

    from pairs

    inner join commits
        on pairs.host = commits.host
        and pairs.repository = commits.repository
        and pairs.commit_sha = commits.commit_sha

    left join trailers
        on pairs.task_id = trailers.task_id
        and pairs.host = trailers.host
        and pairs.repository = trailers.repository
        and pairs.commit_sha = trailers.commit_sha

    left join used
        on pairs.task_id = used.task_id
        and pairs.host = used.host
        and pairs.repository = used.repository
        and pairs.commit_sha = used.commit_sha
        and pairs.join_kind = used.join_kind

)

select * from joins
