{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'format_fails' as outcome_rule,
        'cosmetic_failure' as outcome_class,
        'probable' as outcome_confidence,
        'committed, and the last format check fails' as outcome_rationale

    from evidence

    where
        format_fails
        and commit_count > 0

)

select * from rule
