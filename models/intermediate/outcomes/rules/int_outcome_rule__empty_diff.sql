{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'empty_diff' as outcome_rule,
        'narrative_no_action' as outcome_class,
        'probable' as outcome_confidence,
        'its commits change nothing' as outcome_rationale

    from evidence

    where
        commit_count > 0
        and diff_is_empty

)

select * from rule
