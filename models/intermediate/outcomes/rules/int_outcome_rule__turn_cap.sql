{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'turn_cap' as outcome_rule,
        'turns_halted' as outcome_class,
        'definite' as outcome_confidence,
        'it reached its limit of turns' as outcome_rationale

    from evidence

    where
        exit_reason = 'turn_cap'

)

select * from rule
