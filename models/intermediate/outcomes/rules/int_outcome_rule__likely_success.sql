{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'likely_success' as outcome_rule,
        'likely_success' as outcome_class,
        'inferred' as outcome_confidence,
        'files were edited, and the last ' || passed_check_kind || ' run after that passes; no commit was seen'
            as outcome_rationale

    from evidence

    where
        edit_count > 0
        and commit_count = 0
        and passed_check_count > 0
        and a_pass_is_current
        and failed_check_count = 0
        and evidence_coverage = 'logs'

)

select * from rule
