with

pairs as (

    select * from {{ ref('int_telemetry_pairs') }}

),

events as (

    select * from {{ ref('int_telemetry_events') }}

),

points as (

    select * from {{ ref('int_telemetry_points') }}

),

metric_costs as (

    select
        session_id,
        cast(sum(added_value) as {{ usd_type() }}) as metric_cost_usd

    from points

    where metric_name = 'claude_code.cost.usage'

    group by session_id

),

sessions_with_events as (

    select distinct session_id from events

),

-- What of a session each side has, and what only its metrics tell: the last call before a budget ends a run is there.
session_sides as (

    select
        pairs.session_id,
        count(pairs.call_key) > 0 as has_calls,
        max(events.session_id) is not null as has_events,
        abs(
            max(points.metric_cost_usd) - coalesce(sum(pairs.telemetry_cost_usd), 0)
            - sum(case when pairs.telemetry_request_id is null then pairs.transcript_cost_usd end)
        ) <= 0.000001 * count(*) as metrics_have_the_rest

    from pairs

    left join sessions_with_events as events
        on pairs.session_id = events.session_id

    left join metric_costs as points
        on pairs.session_id = points.session_id

    group by pairs.session_id

)

select * from session_sides
