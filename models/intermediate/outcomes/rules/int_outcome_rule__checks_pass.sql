{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'checks_pass' as outcome_rule,
        'clean_success' as outcome_class,
        case
            when a_pass_is_current and commit_join_rank <= 4 then 'probable'
            else 'inferred'
        end as outcome_confidence,
        'committed, and the last ' || passed_check_kind || ' run passes'
        || case when a_pass_is_current then '' else ', though edits came after it' end as outcome_rationale

    from evidence

    where
        commit_count > 0
        and passed_check_count > 0
        and failed_check_count = 0

)

select * from rule
