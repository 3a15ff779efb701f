{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'error' as outcome_rule,
        'error_exit' as outcome_class,
        case
            when fleet = 'mu' then 'definite'
            else 'probable'
        end as outcome_confidence,
        case
            when fleet = 'mu' then 'exit_reason is error'
            else 'the last thing logged is an API error'
        end as outcome_rationale

    from evidence

    where
        exit_reason = 'error'
        and (fleet = 'mu' or commit_count = 0)

)

select * from rule
