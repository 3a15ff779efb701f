with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

known_terms as (

    select * from {{ ref('known_log_terms') }}

),

newest_known as (

    select max({{ version_key('term') }}) as version_key

    from known_terms

    where
        fleet = 'claude_code'
        and term_kind = 'client_version'

),

versions as (

    select
        version,
        count(*) as line_count,
        min(logged_at) as first_logged_at,
        max(logged_at) as last_logged_at

    from lines

    group by version

),

newer as (

    select versions.*

    from versions

    inner join newest_known
        on {{ version_key('versions.version') }} > newest_known.version_key

    where {{ matches_regex('versions.version', "'^[0-9]{1,8}[.][0-9]{1,8}[.][0-9]{1,8}$'") }}

),

examples as (

    select
        newer.version as client_version,
        newer.line_count,
        newer.first_logged_at,
        newer.last_logged_at,
        lines.host,
        lines.account,
        lines.source_path,
        lines.line_number

    from newer

    inner join lines
        on newer.version = lines.version
        and newer.first_logged_at is not distinct from lines.logged_at

    qualify row_number() over (
        partition by newer.version
        order by
            lines.host asc,
            lines.account asc,
            lines.source_path asc,
            lines.generation asc,
            lines.byte_offset asc
    ) = 1

)

select * from examples
