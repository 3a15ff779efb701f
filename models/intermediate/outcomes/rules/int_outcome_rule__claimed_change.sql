{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'claimed_change' as outcome_rule,
        'narrative_no_action' as outcome_class,
        'probable' as outcome_confidence,
        'it tells of a change, and nothing that it ran could have made one' as outcome_rationale

    from evidence

    where
        claims_a_change
        and not is_subagent
        and edit_count = 0
        and ignored_edit_count = 0
        and writing_command_count = 0
        and commit_count = 0
        and pull_request_count = 0

)

select * from rule
