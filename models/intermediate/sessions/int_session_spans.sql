with

activity as (

    select * from {{ ref('int_activity') }}

),

gaps as (

    select
        session_id,
        logged_at,
        {{ ms_between('lag(logged_at) over (partition by session_id order by logged_at asc)', 'logged_at') }} as gap_ms

    from activity

),

spans as (

    select
        session_id,
        min(logged_at) as started_at,
        max(logged_at) as ended_at,
        {{ active_ms('gap_ms') }} as active_ms

    from gaps

    group by session_id

)

select * from spans
