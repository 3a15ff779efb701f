{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'claimed_files' as outcome_rule,
        'hollow_commit' as outcome_class,
        'probable' as outcome_confidence,
        'none of the files that the commit message names is in its diff: ' || missing_file as outcome_rationale

    from evidence

    where
        commit_count > 0
        and missing_file is not null

)

select * from rule
