{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'mu_else' as outcome_rule,
        'unclassified' as outcome_class,
        'inferred' as outcome_confidence,
        'nothing at hand tells more' as outcome_rationale

    from evidence

    where task_id is not null

)

select * from rule
