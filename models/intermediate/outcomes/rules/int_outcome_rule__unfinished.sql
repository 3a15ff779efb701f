{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'unfinished' as outcome_rule,
        'unfinished' as outcome_class,
        'probable' as outcome_confidence,
        'it ended before an answer' as outcome_rationale

    from evidence

    where exit_reason = 'unfinished'

)

select * from rule
