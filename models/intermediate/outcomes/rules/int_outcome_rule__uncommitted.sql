{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'uncommitted' as outcome_rule,
        'uncommitted_edits' as outcome_class,
        case
            when evidence_coverage in ('git', 'forge') then 'probable'
            else 'inferred'
        end as outcome_confidence,
        case
            when evidence_coverage in ('git', 'forge') then 'files were edited, and the repository has no commit of it'
            else 'files were edited, and no commit was seen'
        end as outcome_rationale

    from evidence

    where
        edit_count > 0
        and commit_count = 0

)

select * from rule
