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
candidates as (

    select
        tasks.task_id,
        edits.file_path,
        edits.edited_at,
        task_commits.task_commit_id,
        task_commits.committed_at,
        coalesce(task_commits.is_on_a_branch, true) as is_on_a_branch,
        coalesce(task_commits.reached_default_branch, task_commits.is_told_on_default_branch) as is_on_default_branch,
        commit_files.commit_sha is not null or task_commits.added_files is not null as is_known_to_hold_it

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

),

-- The first that holds it takes it in, those after it hold what was edited since: but one that was amended stands on no
-- branch, and a squash takes in on the default branch what another took in before.
taken_in as (

    select *

    from candidates

    qualify row_number() over (
        partition by task_id, file_path, edited_at, is_on_a_branch, is_on_default_branch
        order by is_known_to_hold_it desc, committed_at asc, task_commit_id asc
    ) = 1

),

subagent_commits as (

    select distinct
        task_id,
        task_commit_id

    from taken_in

)

select * from subagent_commits
