{{ config(materialized='ephemeral') }}

with

tasks as (

    select *

    from {{ ref('int_tasks') }}

    where root_task_id <> task_id

),

edits as (

    select *

    from {{ ref('int_file_edits') }}

    where file_kind = 'work'

),

task_commits as (

    select * from {{ ref('int_task_commits') }}

),

commit_files as (

    select * from {{ ref('stg_git__commit_files') }}

),

-- What a sub-agent edited, the thread that started it commits. Of a commit that only the log tells of no file is known
-- but those that were added by their names.
subagent_commits as (

    select distinct
        tasks.task_id,
        task_commits.task_commit_id

    from tasks

    inner join edits
        on tasks.task_id = edits.task_id

    inner join task_commits
        on tasks.root_task_id = task_commits.task_id
        and edits.edited_at <= task_commits.committed_at

    left join commit_files
        on task_commits.host = commit_files.host
        and task_commits.repository = commit_files.repository
        and task_commits.commit_sha = commit_files.commit_sha
        and ends_with(replace(edits.file_path, '\', '/'), '/' || commit_files.file_path)

    where
        commit_files.commit_sha is not null
        or (
            task_commits.repository is null
            and coalesce(
                contains(
                    ' ' || translate(task_commits.added_files, '/\"', '   ') || ' ',
                    ' ' || {{ name_of_file('edits.file_path') }} || ' '
                ),
                true
            )
        )

)

select * from subagent_commits
