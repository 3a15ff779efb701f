{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'merged_pull_request' as outcome_rule,
        'merged' as outcome_class,
        case
            when merged_pull_request_count > 0 then 'definite'
            else 'probable'
        end as outcome_confidence,
        case
            when merged_pull_request_count > 0 then 'its pull request was merged'
            else 'it merged a pull request, says the log'
        end as outcome_rationale

    from evidence

    where
        merged_pull_request_count > 0
        or told_merged_pull_request_count > 0

)

select * from rule
