with

points as (

    select * from {{ ref('int_telemetry_points') }}

),

by_day as (

    select
        {{ reporting_date('occurred_at') }} as active_on,
        host,
        session_id,
        cast(round(1000 * sum(case when point_type = 'user' then added_value else 0 end)) as bigint) as user_active_ms,
        cast(round(1000 * sum(case when point_type = 'cli' then added_value else 0 end)) as bigint) as cli_active_ms

    from points

    where metric_name = 'claude_code.active_time.total'

    group by
        {{ reporting_date('occurred_at') }},
        host,
        session_id

)

select * from by_day
