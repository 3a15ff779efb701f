{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'check_fails' as outcome_rule,
        'bug_in_output' as outcome_class,
        'probable' as outcome_confidence,
        'the last ' || failed_check_kind || ' run after the last edit fails' as outcome_rationale

    from evidence

    where
        failed_check_kind is not null
        and ((edit_count > 0 and exit_reason = 'done') or commit_count > 0)

)

select * from rule
