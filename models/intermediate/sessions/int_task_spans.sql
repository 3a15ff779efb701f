with

activity as (

    select * from {{ ref('int_activity') }}

),

gaps as (

    select
        task_id,
        logged_at,
        {{ ms_between('lag(logged_at) over (partition by task_id order by logged_at asc)', 'logged_at') }} as gap_ms

    from activity

),

spans as (

    select
        task_id,
        min(logged_at) as started_at,
        max(logged_at) as ended_at,
        {{ active_ms('gap_ms') }} as active_ms

    from gaps

    group by task_id

)

select * from spans
