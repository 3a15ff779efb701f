{{ config(materialized='ephemeral') }}

with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

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

-- Claude Code logs the branch that is checked out, and an empty one where there is no repository.
branches as (

    select
        thread_id as task_id,
        max(git_branch) = '' as is_outside_repository

    from lines

    group by thread_id

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
