{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'ignored_edits' as outcome_rule,
        'unobserved' as outcome_class,
        'inferred' as outcome_confidence,
        'it edited nothing but files that git is told to ignore' as outcome_rationale

    from evidence

    where
        ignored_edit_count > 0
        and edit_count = 0
        and commit_count = 0

)

select * from rule
