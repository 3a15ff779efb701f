{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'mu_ci' as outcome_rule,
        case ci_result
            when 'pass' then 'clean_success'
            when 'format' then 'cosmetic_failure'
            else 'bug_in_output'
        end as outcome_class,
        'definite' as outcome_confidence,
        case ci_result
            when 'pass' then 'every check of the pull request passes'
            when 'format' then 'of the pull request''s checks only formatting fails'
            else 'a check of the pull request fails'
        end as outcome_rationale

    from evidence

    where ci_result is not null

)

select * from rule
