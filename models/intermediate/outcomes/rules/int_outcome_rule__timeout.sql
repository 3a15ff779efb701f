{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'timeout' as outcome_rule,
        'timeout' as outcome_class,
        'definite' as outcome_confidence,
        'exit_reason is ' || exit_reason as outcome_rationale

    from evidence

    where exit_reason = 'timeout'

)

select * from rule
