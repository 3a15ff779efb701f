{{ config(materialized='ephemeral') }}

with

commits as (

    select * from {{ ref('stg_git__commits') }}

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

-- An address that ends with the session, or the session alone; mu's ids repeat in every daemon: they are named in full.
trailers as (

    select
        host,
        repository,
        commit_sha,
        session_trailer as session_id

    from commits

    where session_trailer is not null

    union distinct

    select
        host,
        repository,
        commit_sha,
        regexp_extract(session_trailer, '([^/ ]+)$', 1) as session_id

    from commits

    where session_trailer is not null

    union distinct

    -- Tools put a day before the session, or more behind it.
    select
        host,
        repository,
        commit_sha,
        regexp_extract(
            session_trailer, '([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})', 1
        ) as session_id

    from commits

    where session_trailer is not null

),

by_trailer as (

    select
        tasks.task_id,
        cast(null as string) as told_sha,
        commits.host,
        commits.repository,
        commits.commit_sha,
        'trailer' as join_kind

    from trailers

    inner join commits
        on trailers.host = commits.host
        and trailers.repository = commits.repository
        and trailers.commit_sha = commits.commit_sha

    inner join tasks
        on trailers.session_id = tasks.session_id
        and not tasks.is_subagent
        and commits.committed_at >= tasks.started_at

)

select * from by_trailer
