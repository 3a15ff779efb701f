{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'budget_cap' as outcome_rule,
        'budget_halted' as outcome_class,
        'definite' as outcome_confidence,
        'exit_reason is ' || exit_reason as outcome_rationale

    from evidence

    where exit_reason = 'budget_cap'

)

select * from rule
