with

observed as (

    select * from {{ source('limits', 'plan_limits') }}

),

-- What was noted twice, because a refresh was killed, counts once.
distinct_times as (

    select
        host,
        account,
        limit_name,
        max(used_share) as used_share,
        date_trunc('minute', max(resets_at)) as resets_at,
        observed_at

    from observed

    group by
        host,
        account,
        limit_name,
        observed_at

)

select * from distinct_times
