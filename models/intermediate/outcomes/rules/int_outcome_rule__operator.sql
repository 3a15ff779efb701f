{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'operator' as outcome_rule,
        'operator_intervention' as outcome_class,
        'definite' as outcome_confidence,
        'exit_reason is ' || exit_reason as outcome_rationale

    from evidence

    where
        fleet = 'mu'
        and exit_reason in ('cancelled', 'operator_stopped')

)

select * from rule
