{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'ci_passes' as outcome_rule,
        'clean_success' as outcome_class,
        'definite' as outcome_confidence,
        'every check of the pull request passes' as outcome_rationale

    from evidence

    where ci_result = 'pass'

)

select * from rule
