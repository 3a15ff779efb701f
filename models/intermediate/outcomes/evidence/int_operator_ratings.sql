with

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

session_marks as (

    select * from {{ ref('stg_marks__session_marks') }}

),

mu_marks as (

    select
        session_id,
        max_by(rating, event_position) as rating,
        max_by(logged_at, event_position) as rated_at

    from mu_events

    where
        event_kind = 'operator_mark'
        and rating between 1 and 5

    group by session_id

),

marks as (

    select
        session_id,
        rating,
        rated_at,
        1 as mark_order

    from mu_marks

    union all

    select
        session_id,
        rating,
        marked_at as rated_at,
        2 as mark_order

    from session_marks

),

latest as (

    select
        session_id,
        cast(rating as integer) as rating,
        rated_at

    from marks

    qualify row_number() over (
        partition by session_id
        order by
            rated_at desc nulls last,
            mark_order desc
    ) = 1

)

select * from latest
