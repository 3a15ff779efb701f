{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'interrupt' as outcome_rule,
        'interrupted' as outcome_class,
        'definite' as outcome_confidence,
        'it ended where a person interrupted it or turned a tool down' as outcome_rationale

    from evidence

    where
        fleet <> 'mu'
        and exit_reason = 'operator_stopped'
        and successor_task_id is null

)

select * from rule
