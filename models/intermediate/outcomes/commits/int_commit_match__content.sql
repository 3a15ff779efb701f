{{ config(materialized='ephemeral') }}

with

written_lines as (

    select * from {{ ref('int_written_lines') }}

),

commits as (

    select *

    from {{ ref('stg_git__commits') }}

    where
        parent_count < 2
        and coalesce(reverted_sha, reverted_subject) is null

),

commit_lines as (

    select * from {{ ref('stg_git__commit_lines') }}

),

scopes as (

    select * from {{ ref('int_task_scopes') }}

),

-- A line is of the task that wrote it last before the commit, however long ago.
credited_lines as (

    select
        commit_lines.host,
        commit_lines.repository,
        commit_lines.commit_sha,
        commit_lines.line_hash,
        commit_lines.line_count,
        written_lines.task_id

    from commit_lines

    inner join commits
        on commit_lines.host = commits.host
        and commit_lines.repository = commits.repository
        and commit_lines.commit_sha = commits.commit_sha

    inner join written_lines
        on commit_lines.host = written_lines.host
        and commit_lines.repository = written_lines.repository
        and commit_lines.line_hash = written_lines.line_hash
        and commits.committed_at + interval '1 minute' >= written_lines.written_at

    qualify row_number() over (
        partition by commit_lines.host, commit_lines.repository, commit_lines.commit_sha, commit_lines.line_hash
        order by
            written_lines.written_at desc,
            written_lines.task_id asc
    ) = 1

),

by_content as (

    select
        scopes.task_id,
        cast(null as string) as told_sha,
        credited_lines.host,
        credited_lines.repository,
        credited_lines.commit_sha,
        'content' as join_kind

    from credited_lines

    inner join scopes
        on credited_lines.task_id = scopes.evidence_task_id

    group by
        scopes.task_id,
        credited_lines.host,
        credited_lines.repository,
        credited_lines.commit_sha

    having
        count(*) >= 3
        and 10 * count(*) >= 3 * max(credited_lines.line_count)

)

select * from by_content
