{{ config(materialized='ephemeral') }}

with

tasks as (

    select * from {{ ref('int_tasks') }}

),

-- What a session's sub-agents did is its main thread's doing, too.
scopes as (

    select
        task_id,
        task_id as evidence_task_id

    from tasks

    union all

    select
        root_task_id as task_id,
        task_id as evidence_task_id

    from tasks

    where root_task_id <> task_id

)

select * from scopes
