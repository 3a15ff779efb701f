{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'answered' as outcome_rule,
        'answered' as outcome_class,
        case
            when fleet = 'mu' then 'inferred'
            else 'probable'
        end as outcome_confidence,
        'it ran nothing that changes files, and ended with an answer' as outcome_rationale

    from evidence

    where
        exit_reason = 'done'
        and (has_answer or (fleet = 'mu' and evidence_coverage <> 'none'))
        and edit_count = 0
        and ignored_edit_count = 0
        and scratch_edit_count = 0
        and writing_command_count = 0
        and commit_count = 0
        and told_pull_request_count = 0

)

select * from rule
