{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'committed' as outcome_rule,
        'unclassified' as outcome_class,
        'inferred' as outcome_confidence,
        'committed, and nothing at hand tells whether it works' as outcome_rationale

    from evidence

    where
        commit_count > 0
        or pull_request_count > 0

)

select * from rule
