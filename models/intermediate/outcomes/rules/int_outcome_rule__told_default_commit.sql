{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'told_default_commit' as outcome_rule,
        'merged' as outcome_class,
        case
            when told_pushed_commit_count > 0 then 'probable'
            else 'inferred'
        end as outcome_confidence,
        case
            when told_pushed_commit_count > 0 then 'it pushed its commit to the default branch, says the log'
            else 'it committed to a branch that is called as default branches are, says the log'
        end as outcome_rationale

    from evidence

    where
        told_default_commit_count > 0

)

select * from rule
