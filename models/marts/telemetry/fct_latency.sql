with

requests as (

    select * from {{ ref('fct_telemetry_requests') }}

),

by_hour as (

    select
        {{ hour_of('requested_at') }} as hour_at,
        model,
        coalesce(query_kind, 'unknown') as query_kind,
        count(*) as request_count,
        count(ttft_ms) as ttft_count,
        count(duration_ms) as duration_count,
        cast(percentile_disc(0.5) within group (order by ttft_ms) as bigint) as ttft_p50_ms,
        cast(percentile_disc(0.95) within group (order by ttft_ms) as bigint) as ttft_p95_ms,
        cast(percentile_disc(0.5) within group (order by duration_ms) as bigint) as duration_p50_ms,
        cast(percentile_disc(0.95) within group (order by duration_ms) as bigint) as duration_p95_ms,
        cast(sum(duration_ms) as bigint) as duration_ms,
        cast(sum(case when duration_ms is not null then output_tokens end) as bigint) as output_tokens

    from requests

    where requested_at is not null

    group by
        {{ hour_of('requested_at') }},
        model,
        coalesce(query_kind, 'unknown')

)

select * from by_hour
