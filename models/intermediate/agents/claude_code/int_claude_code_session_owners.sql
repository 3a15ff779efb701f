with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

named as (

    select * from {{ ref('int_claude_code_named_accounts') }}

),

sources as (

    select * from {{ ref('stg_landing__sources') }}

),

-- Where a session's lines lie: mostly in one account of one host.
places as (

    select
        session_id,
        host,
        account,
        min(provider) as provider

    from lines

    group by
        session_id,
        host,
        account

),

shared_sessions as (

    select session_id

    from places

    group by session_id

    having count(*) > 1

),

-- Of the lines of a session that lies in several places, those that only one of them holds.
unshared as (

    select
        lines.session_id,
        lines.line_uuid,
        min(lines.host) as host,
        min(lines.account) as account,
        min(lines.logged_at) as logged_at

    from lines

    inner join shared_sessions
        on lines.session_id = shared_sessions.session_id

    where lines.line_uuid is not null

    group by
        lines.session_id,
        lines.line_uuid

    having
        min(lines.host) = max(lines.host)
        and min(lines.account) = max(lines.account)

),

own_starts as (

    select
        session_id,
        host,
        account,
        min(coalesce(logged_at, timestamp '9999-12-31 00:00:00')) as own_started_at

    from unshared

    group by
        session_id,
        host,
        account

),

ranked as (

    select
        places.session_id,
        places.host,
        places.account,
        places.provider,
        row_number() over (
            partition by places.session_id
            order by
                case when named.account_uuid = sources.account_uuid then 0 else 1 end asc,
                own_starts.own_started_at asc nulls last,
                sources.source_rank asc nulls last,
                places.host asc,
                places.account asc
        ) as place_rank

    from places

    left join own_starts
        on places.session_id = own_starts.session_id
        and places.host = own_starts.host
        and places.account = own_starts.account

    left join sources
        on places.host = sources.host
        and places.account = sources.account
        and sources.fleet = 'claude_code'

    left join named
        on places.session_id = named.session_id

),

other_places as (

    select
        session_id,
        {{ names_of_group("host || '/' || account", ', ') }} as also_in

    from ranked

    where place_rank > 1

    group by session_id

),

owners as (

    select
        ranked.session_id,
        ranked.host,
        ranked.account,
        ranked.provider,
        other_places.also_in

    from ranked

    left join other_places
        on ranked.session_id = other_places.session_id

    where ranked.place_rank = 1

)

select * from owners
