with

records as (

    select * from {{ ref('stg_otel__metric_points') }}

),

-- A point that was sent again is one.
distinct_points as (

    select *

    from records

    qualify row_number() over (
        partition by series_id, begun_at, occurred_at
        order by
            landed_at asc,
            line_id asc,
            record_number asc
    ) = 1

),

-- A cumulative stream counts from its start: what a point adds is the difference to the one before, and all of it after
-- a reset, which shows in a new start or in a smaller value.
with_previous as (

    select
        *,
        lag(point_value) over (
            partition by series_id, begun_at
            order by occurred_at asc
        ) as previous_value

    from distinct_points

),

deltas as (

    select
        md5(concat_ws('|', series_id, begun_at, occurred_at)) as point_id,
        session_id,
        host,
        client_version,
        metric_name,
        unit,
        point_type,
        model,
        query_source,
        decision,
        start_type,
        tool_name,
        language,
        is_cumulative,
        occurred_at,
        case
            when is_cumulative and point_value >= previous_value then point_value - previous_value
            else point_value
        end as added_value

    from with_previous

)

select * from deltas
