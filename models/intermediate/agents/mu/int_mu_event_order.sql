with

events as (

    select
        *,
        host || '/' || daemon_id || '/' || logged_session_id as session_id

    from {{ ref('stg_mu__events') }}

    -- The daemon's own log tells of workers; it is no session.
    where file_stem <> 'supervisor'

),

sources as (

    select * from {{ ref('stg_landing__sources') }}

    where fleet = 'mu'

),

tombstones as (

    select distinct
        session_id,
        target_event_id

    from events

    where event_kind = 'tombstone'

),

places as (

    select
        session_id,
        host,
        account,
        count(*) as event_count

    from events

    group by
        session_id,
        host,
        account

),

-- A session that lies in several accounts is that of the one that holds most of it, else of the first configured.
owners as (

    select
        places.session_id,
        places.account,
        row_number() over (
            partition by places.session_id
            order by
                places.event_count desc,
                sources.source_rank asc nulls last,
                places.account asc
        ) as place_rank

    from places

    left join sources
        on places.host = sources.host
        and places.account = sources.account

),

-- A replaced or copied file repeats events; a tombstone voids one.
standing as (

    select
        events.line_id,
        events.session_id,
        events.event_id,
        events.event_kind,
        events.source_path,
        events.generation,
        events.byte_offset,
        owners.account,
        row_number() over (
            partition by events.session_id, events.event_id, events.logged_at, events.event_kind
            order by
                case when events.account = owners.account then 0 else 1 end asc,
                events.account asc,
                events.source_path asc,
                events.generation asc,
                events.byte_offset asc
        ) as copy_number

    from events

    inner join owners
        on events.session_id = owners.session_id
        and owners.place_rank = 1

    left join tombstones
        on events.session_id = tombstones.session_id
        and events.event_id = tombstones.target_event_id

    where tombstones.target_event_id is null

),

in_order as (

    select
        line_id,
        session_id,
        account,
        row_number() over in_session as event_position,
        sum(case when event_kind in ('session_created', 'provider_switched') then 1 else 0 end) over in_session
            as switch_number,
        -- The telemetry that closes an ask belongs to it.
        sum(case when event_kind = 'task_telemetry' then 1 else 0 end) over in_session
        - case when event_kind = 'task_telemetry' then 1 else 0 end as ask_number

    from standing

    where copy_number = 1

    window in_session as (
        partition by session_id
        order by event_id asc nulls last, generation asc, byte_offset asc, source_path asc, line_id asc
        rows between unbounded preceding and current row
    )

)

select * from in_order
