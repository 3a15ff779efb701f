with

verdicts as (

    select * from {{ source('judge', 'judge_verdicts') }}

),

observations as (

    select
        *,
        row_number() over (
            partition by session_id, judge, criterion
            order by observed_at desc, host asc
        ) as recency

    from verdicts

),

latest as (

    select
        session_id,
        judge,
        criterion,
        prompt_hash,
        holds,
        severity,
        confidence,
        quote,
        reason,
        rejected_for,
        prompt_tokens,
        observed_at as judged_at

    from observations

    where recency = 1

)

select * from latest
