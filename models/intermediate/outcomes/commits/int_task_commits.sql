with

told as (

    select * from {{ ref('int_told_commits') }}

),

commits as (

    select * from {{ ref('stg_git__commits') }}

),

reverts as (

    select * from {{ ref('int_reverted_commits') }}

),

matches as (

    select * from {{ ref('int_commit_matches') }}

),

-- Who is known to have written a commit has a part in it, whoever made it; weaker signs count where nothing better is,
-- not even a trailer that names a session which is landed elsewhere.
best as (

    select
        matches.task_id,
        matches.host,
        matches.repository,
        matches.commit_sha,
        min_by(matches.join_kind, matches.join_rank) as join_kind

    from matches

    inner join commits
        on matches.host = commits.host
        and matches.repository = commits.repository
        and matches.commit_sha = commits.commit_sha

    where
        matches.join_rank <= 3
        or (
            matches.join_rank = matches.best_rank
            and not coalesce({{ matches_regex(
                'commits.session_trailer', "'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'"
            ) }}, false)
        )

    group by
        matches.task_id,
        matches.host,
        matches.repository,
        matches.commit_sha

),

collected as (

    select
        best.task_id || ':' || best.repository || ':' || best.commit_sha as task_commit_id,
        best.task_id,
        best.host,
        best.repository,
        best.commit_sha,
        best.join_kind,
        commits.branch,
        commits.subject,
        commits.subject || chr(10) || coalesce(commits.body, '') as message,
        cast(null as string) as commit_kind,
        cast(null as string) as line_id,
        commits.file_count,
        commits.is_on_a_branch,
        commits.reached_default_branch,
        reverts.commit_sha is not null as is_reverted,
        cast(null as string) as added_files,
        false as is_told_on_default_branch,
        false as is_told_pushed,
        commits.committed_at

    from best

    inner join commits
        on best.host = commits.host
        and best.repository = commits.repository
        and best.commit_sha = commits.commit_sha

    left join reverts
        on best.host = reverts.host
        and best.repository = reverts.repository
        and best.commit_sha = reverts.commit_sha

),

-- What the log tells of and no repository at hand holds.
uncollected as (

    select
        told.task_id || ':log:' || coalesce(told.commit_sha, '') as task_commit_id,
        told.task_id,
        told.host,
        cast(null as string) as repository,
        told.commit_sha,
        'log' as join_kind,
        told.branch,
        told.subject,
        cast(null as string) as message,
        told.commit_kind,
        told.line_id,
        cast(null as bigint) as file_count,
        cast(null as boolean) as is_on_a_branch,
        cast(null as boolean) as reached_default_branch,
        false as is_reverted,
        told.added_files,
        told.is_on_default_branch or told.is_pushed_to_default_branch as is_told_on_default_branch,
        told.is_pushed_to_default_branch as is_told_pushed,
        told.committed_at

    from told

    where not exists (
        select 1
        from matches
        where
            matches.join_kind = 'sha'
            and matches.task_id = told.task_id
            and matches.told_sha = told.commit_sha
    )

),

task_commits as (

    select * from collected

    union all

    select * from uncollected

)

select * from task_commits
