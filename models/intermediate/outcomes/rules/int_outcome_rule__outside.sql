{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'outside' as outcome_rule,
        'outside_repository' as outcome_class,
        'probable' as outcome_confidence,
        'files were edited where no repository is' as outcome_rationale

    from evidence

    where
        commit_count = 0
        and (
            (is_outside_repository and edit_count > 0)
            or (edit_count = 0 and ignored_edit_count = 0 and scratch_edit_count > 0)
        )

)

select * from rule
