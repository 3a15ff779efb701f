{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'mu_no_commit' as outcome_rule,
        'narrative_no_action' as outcome_class,
        'definite' as outcome_confidence,
        'done, and no commit' as outcome_rationale

    from evidence

    where
        mu_exit_reason = 'done'
        and commit_count = 0

)

select * from rule
