{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'claimed_pull_request' as outcome_rule,
        'lying_state' as outcome_class,
        'definite' as outcome_confidence,
        'the pull request told of does not exist: ' || missing_pull_request_url as outcome_rationale

    from evidence

    where missing_pull_request_url is not null

)

select * from rule
