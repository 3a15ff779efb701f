{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'mu_empty_diff' as outcome_rule,
        'narrative_no_action' as outcome_class,
        'probable' as outcome_confidence,
        'done, and the commit''s diff is empty' as outcome_rationale

    from evidence

    where
        mu_exit_reason = 'done'
        and commit_count > 0
        and diff_is_empty

)

select * from rule
