{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'committed' as outcome_rule,
        case when commit_count > 0 then 'committed' else 'unclassified' end as outcome_class,
        'inferred' as outcome_confidence,
        case
            when commit_count > 0 then 'committed, and nothing at hand tells whether it works'
            else 'a pull request, and nothing at hand tells what became of it'
        end as outcome_rationale

    from evidence

    where
        commit_count > 0
        or told_pull_request_count > 0

)

select * from rule
