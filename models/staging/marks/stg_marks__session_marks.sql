with

marks as (

    select * from {{ source('marks', 'session_marks') }}

),

observations as (

    select
        *,
        row_number() over (
            partition by session_id
            order by observed_at desc, host asc
        ) as recency

    from marks

),

latest as (

    select
        session_id,
        rating,
        note,
        observed_at as marked_at

    from observations

    where recency = 1

)

select * from latest
