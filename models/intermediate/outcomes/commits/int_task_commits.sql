with

operations as (

    select * from {{ ref('int_git_operations') }}

),

commits as (

    select * from {{ ref('stg_git__commits') }}

),

commit_files as (

    select * from {{ ref('stg_git__commit_files') }}

),

task_repositories as (

    select * from {{ ref('int_task_repositories') }}

),

edits as (

    select *

    from {{ ref('int_file_edits') }}

    where file_path is not null

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

told as (

    select
        task_id,
        host,
        commit_sha,
        max(branch) as branch,
        max(subject) as subject,
        max(commit_kind) as commit_kind,
        min(line_id) as line_id,
        min(operated_at) as committed_at

    from operations

    where operation = 'commit'

    group by
        task_id,
        host,
        commit_sha

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

),

by_trailer as (

    select
        tasks.task_id,
        cast(null as varchar) as told_sha,
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

),

-- Made by hand, or by what the log does not tell of: soon after the task edited what it changes, where it worked. A
-- revert undoes a task's edits, and is not made of them.
file_overlaps as (

    select
        edits.task_id,
        commits.host,
        commits.repository,
        commits.commit_sha,
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
        and ends_with(edits.file_path, '/' || commit_files.file_path)

    where
        commits.parent_count < 2
        and coalesce(commits.reverted_sha, commits.reverted_subject) is null
        and (
            task_repositories.git_branch is null
            or commits.branch is null
            or task_repositories.git_branch = commits.branch
            or commits.reached_default_branch
        )

    group by
        edits.task_id,
        commits.host,
        commits.repository,
        commits.commit_sha

),

-- Of several tasks that edited the files, the last before the commit.
by_files as (

    select
        task_id,
        cast(null as varchar) as told_sha,
        host,
        repository,
        commit_sha,
        'files' as join_kind

    from file_overlaps

    qualify row_number() over (
        partition by host, repository, commit_sha
        order by
            edited_at desc,
            shared_file_count desc,
            task_id asc
    ) = 1

),

joined as (

    select * from by_sha

    union all

    select * from by_trailer

    union all

    select * from by_subject

    union all

    select * from by_files

),

ranked as (

    select
        *,
        case join_kind
            when 'sha' then 1
            when 'trailer' then 2
            when 'subject' then 3
            else 4
        end as join_rank

    from joined

),

-- A commit that a task is known to have made belongs to no other by its files.
known as (

    select
        host,
        repository,
        commit_sha,
        min(join_rank) as join_rank

    from ranked

    group by
        host,
        repository,
        commit_sha

),

best as (

    select
        ranked.task_id,
        ranked.host,
        ranked.repository,
        ranked.commit_sha,
        min(ranked.join_rank) as join_rank,
        max(ranked.told_sha) as told_sha

    from ranked

    inner join known
        on ranked.host = known.host
        and ranked.repository = known.repository
        and ranked.commit_sha = known.commit_sha
        and (ranked.join_rank = known.join_rank or known.join_rank > 1)

    group by
        ranked.task_id,
        ranked.host,
        ranked.repository,
        ranked.commit_sha

),

reverts as (

    select distinct
        reverted.host,
        reverted.repository,
        reverted.commit_sha

    from commits as reverted

    inner join commits as reverting
        on reverted.host = reverting.host
        and reverted.repository = reverting.repository
        and reverted.committed_at <= reverting.committed_at
        and reverting.is_on_a_branch
        and (
            starts_with(reverted.commit_sha, reverting.reverted_sha)
            or (reverting.reverted_sha is null and reverted.subject = reverting.reverted_subject)
        )

    where coalesce(reverting.reverted_sha, reverting.reverted_subject) is not null

),

collected as (

    select
        best.task_id || ':' || best.repository || ':' || best.commit_sha as task_commit_id,
        best.task_id,
        best.host,
        best.repository,
        best.commit_sha,
        case best.join_rank
            when 1 then 'sha'
            when 2 then 'trailer'
            when 3 then 'subject'
            else 'files'
        end as join_kind,
        commits.branch,
        commits.subject,
        commits.subject || chr(10) || coalesce(commits.body, '') as message,
        cast(null as varchar) as commit_kind,
        cast(null as varchar) as line_id,
        commits.file_count,
        commits.is_on_a_branch,
        commits.reached_default_branch,
        reverts.commit_sha is not null as is_reverted,
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
        cast(null as varchar) as repository,
        told.commit_sha,
        'log' as join_kind,
        told.branch,
        told.subject,
        cast(null as varchar) as message,
        told.commit_kind,
        told.line_id,
        cast(null as bigint) as file_count,
        cast(null as boolean) as is_on_a_branch,
        cast(null as boolean) as reached_default_branch,
        false as is_reverted,
        told.committed_at

    from told

    left join by_sha
        on told.task_id = by_sha.task_id
        and told.commit_sha = by_sha.told_sha

    where by_sha.task_id is null

),

task_commits as (

    select * from collected

    union all

    select * from uncollected

)

select * from task_commits
