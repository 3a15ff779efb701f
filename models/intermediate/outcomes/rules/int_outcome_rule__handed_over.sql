{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'handed_over' as outcome_rule,
        'handed_over' as outcome_class,
        'definite' as outcome_confidence,
        'its plan was handed over to ' || successor_task_id as outcome_rationale

    from evidence

    where
        successor_task_id is not null
        and edit_count = 0
        and commit_count = 0

)

select * from rule
