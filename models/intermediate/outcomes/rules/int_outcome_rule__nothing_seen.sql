{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'nothing_seen' as outcome_rule,
        'unobserved' as outcome_class,
        'inferred' as outcome_confidence,
        case
            when writing_command_count > 0 then 'it ran commands that may change files, and nothing shows what of it'
            else 'nothing that could show a result was visible'
        end as outcome_rationale

    from evidence

    where task_id is not null

)

select * from rule
