{{ config(materialized='ephemeral') }}

with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

notes as (

    select *

    from {{ ref('stg_claude_code__context_notes') }}

    where is_in_repository is not null

),

repositories as (

    select * from {{ ref('int_task_repositories') }}

),

collected as (

    select
        task_id,
        max(is_collected) as repository_is_collected

    from repositories

    group by task_id

),

-- Claude Code logs the branch that is checked out, and an empty one where there is no repository; newer versions log
-- none there, and note of the environment what it is.
branches as (

    select
        lines.thread_id as task_id,
        coalesce(max(lines.git_branch) = '', not max(notes.is_in_repository)) as is_outside_repository

    from lines

    left join notes
        on lines.line_id = notes.line_id

    group by lines.thread_id

),

places as (

    select
        branches.task_id,
        collected.repository_is_collected,
        coalesce(branches.is_outside_repository, false) and collected.task_id is null as is_outside_repository

    from branches

    left join collected
        on branches.task_id = collected.task_id

)

select * from places
