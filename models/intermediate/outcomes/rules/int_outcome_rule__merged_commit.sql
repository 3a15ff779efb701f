{{ config(materialized='ephemeral') }}

with

evidence as (

    select * from {{ ref('int_task_evidence') }}

),

rule as (

    select
        task_id,
        'merged_commit' as outcome_rule,
        'merged' as outcome_class,
        case
            when default_join_rank = 1 then 'definite'
            when default_join_rank <= 4 then 'probable'
            else 'inferred'
        end as outcome_confidence,
        case default_join_rank
            when 1 then 'a commit that it made is on the default branch'
            when 2 then 'a commit on the default branch names its session'
            when 3 then 'a commit on the default branch adds what it wrote'
            when 4 then 'a commit on the default branch bears the subject of its own'
            when 5 then 'a commit of the files that it edited, in which an agent had a part, is on the default branch'
            when 6 then 'a commit of the files that it edited is on the default branch'
            else 'the thread that started it committed to the default branch'
        end as outcome_rationale

    from evidence

    where default_commit_count > 0

)

select * from rule
