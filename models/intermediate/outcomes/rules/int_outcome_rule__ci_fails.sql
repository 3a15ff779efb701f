{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'ci_fails' as outcome_rule,
        'bug_in_output' as outcome_class,
        'definite' as outcome_confidence,
        'a check of the pull request fails' as outcome_rationale

    from evidence

    where ci_result = 'fail'

)

select * from rule
