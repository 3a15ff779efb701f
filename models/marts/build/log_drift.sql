with

lines as (

    select * from {{ ref('int_drifted_lines') }}

    union all

    select * from {{ ref('int_drifted_telemetry') }}

),

newer_versions as (

    select * from {{ ref('int_newer_client_versions') }}

),

disagreements as (

    select * from {{ ref('int_usage_disagreements') }}

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

terms as (

    select
        fleet,
        term_kind,
        short_term as term,
        bool_or(could_change_figures) as could_change_figures,
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

),

drift as (

    select * from terms

    union all

    select
        'claude_code' as fleet,
        'client_version' as term_kind,
        client_version as term,
        false as could_change_figures,
        client_version as first_version,
        client_version as last_version,
        line_count,
        first_logged_at,
        last_logged_at,
        host as example_host,
        account as example_account,
        source_path as example_source_path,
        cast(line_number as bigint) as example_line_number

    from newer_versions

    union all

    select
        fleet,
        'disagreement' as term_kind,
        term,
        false as could_change_figures,
        cast(null as string) as first_version,
        cast(null as string) as last_version,
        line_count,
        first_logged_at,
        last_logged_at,
        host as example_host,
        account as example_account,
        source_path as example_source_path,
        cast(line_number as bigint) as example_line_number

    from disagreements

)

select * from drift
