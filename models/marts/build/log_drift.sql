with

lines as (

    select * from {{ ref('int_unknown_log_terms') }}

),

-- A name that a log makes up may be of any length, and hold anything.
named as (

    select
        lines.*,
        left({{ single_line('term') }}, 120) as short_term,
        {{ version_key('client_version') }} as version_key

    from lines

),

ranked as (

    select
        *,
        row_number() over (
            partition by fleet, term_kind, short_term
            order by
                logged_at asc nulls last,
                host asc,
                account asc,
                source_path asc,
                generation asc,
                byte_offset asc
        ) as place_rank

    from named

),

drift as (

    select
        fleet,
        term_kind,
        short_term as term,
        min_by(client_version, version_key) as first_version,
        max_by(client_version, version_key) as last_version,
        count(distinct line_id) as line_count,
        min(logged_at) as first_logged_at,
        max(logged_at) as last_logged_at,
        max(case when place_rank = 1 then host end) as example_host,
        max(case when place_rank = 1 then account end) as example_account,
        max(case when place_rank = 1 then source_path end) as example_source_path,
        cast(max(case when place_rank = 1 then line_number end) as bigint) as example_line_number

    from ranked

    group by
        fleet,
        term_kind,
        short_term

)

select * from drift
