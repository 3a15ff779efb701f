{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'reverted' as outcome_rule,
        'reverted' as outcome_class,
        case
            when default_join_rank = 1 then 'definite'
            else 'probable'
        end as outcome_confidence,
        'a later commit takes it back' as outcome_rationale

    from evidence

    where
        reverted_commit_count > 0
        and standing_commit_count = 0

)

select * from rule
