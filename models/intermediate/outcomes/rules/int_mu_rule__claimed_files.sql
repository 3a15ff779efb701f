{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'mu_claimed_files' as outcome_rule,
        'hollow_commit' as outcome_class,
        'probable' as outcome_confidence,
        'the commit message claims a file that is not in its diff: ' || mu_missing_file as outcome_rationale

    from evidence

    where
        commit_count > 0
        and mu_missing_file is not null

)

select * from rule
