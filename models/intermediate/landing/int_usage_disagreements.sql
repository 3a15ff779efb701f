with

agreements as (

    select * from {{ ref('int_mu_task_agreements') }}

    where usage_disagrees

),

telemetry as (

    select * from {{ ref('int_mu_task_telemetry') }}

),

events as (

    select * from {{ ref('stg_mu__events') }}

),

placed as (

    select
        events.*,
        count(*) over () as task_count,
        min(events.logged_at) over () as first_logged_at,
        max(events.logged_at) over () as last_logged_at,
        row_number() over (
            order by
                events.logged_at asc nulls last,
                events.host asc,
                events.account asc,
                events.source_path asc,
                events.generation asc,
                events.byte_offset asc
        ) as place_rank

    from agreements

    inner join telemetry
        on agreements.task_id = telemetry.task_id

    inner join events
        on telemetry.line_id = events.line_id

),

disagreements as (

    select
        'task_telemetry' as term,
        fleet,
        task_count as line_count,
        first_logged_at,
        last_logged_at,
        host,
        account,
        source_path,
        line_number

    from placed

    where place_rank = 1

)

select * from disagreements
