with

rule_scores as (

    select * from {{ ref('int_session_scores') }}

),

verdicts as (

    select * from {{ ref('fct_judge_verdicts') }}

),

unioned as (

    select
        session_id,
        scorer,
        'rules' as scored_by,
        fleet,
        host,
        account,
        project,
        ended_at,
        ended_on,
        wrong_count,
        of_count

    from rule_scores

    union all

    select
        session_id,
        criterion as scorer,
        judge as scored_by,
        fleet,
        host,
        account,
        project,
        ended_at,
        ended_on,
        cast(case when is_wrong then 1 else 0 end as bigint) as wrong_count,
        cast(1 as bigint) as of_count

    from verdicts

    where is_wrong is not null

),

scores as (

    select
        *,
        1 - cast(wrong_count as double) / of_count as score

    from unioned

)

select * from scores
