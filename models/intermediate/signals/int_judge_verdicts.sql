with

verdicts as (

    select * from {{ ref('stg_judge__verdicts') }}

),

criteria as (

    select * from {{ ref('judge_criteria') }}

),

told as (

    select
        verdicts.*,
        verdicts.holds = criteria.is_fault as is_wrong,
        criteria.agrees_with

    from verdicts

    inner join criteria
        on verdicts.criterion = criteria.criterion

)

select * from told
