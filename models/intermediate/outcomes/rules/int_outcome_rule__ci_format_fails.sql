{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'ci_format_fails' as outcome_rule,
        'cosmetic_failure' as outcome_class,
        'definite' as outcome_confidence,
        'of the pull request''s checks only formatting fails' as outcome_rationale

    from evidence

    where ci_result = 'format'

)

select * from rule
