{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'mu_exit' as outcome_rule,
        case mu_exit_reason
            when 'budget_cap' then 'budget_halted'
            when 'error' then 'error_exit'
            when 'timeout' then 'timeout'
            else 'operator_intervention'
        end as outcome_class,
        'definite' as outcome_confidence,
        'exit_reason is ' || mu_exit_reason as outcome_rationale

    from evidence

    where mu_exit_reason in ('budget_cap', 'error', 'timeout', 'cancelled', 'operator_stopped')

)

select * from rule
