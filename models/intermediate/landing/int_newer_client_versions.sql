with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

logged_versions as (

    select * from {{ ref('int_logged_client_versions') }}

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

newer as (

    select logged_versions.client_version

    from logged_versions

    inner join newest_known
        on {{ version_key('logged_versions.client_version') }} > newest_known.version_key

    where {{ matches_regex('logged_versions.client_version', "'^[0-9]{1,8}[.][0-9]{1,8}[.][0-9]{1,8}$'") }}

),

examples as (

    select
        newer.client_version,
        count(*) over of_version as line_count,
        min(lines.logged_at) over of_version as first_logged_at,
        max(lines.logged_at) over of_version as last_logged_at,
        lines.host,
        lines.account,
        lines.source_path,
        lines.line_number

    from newer

    inner join lines
        on newer.client_version = lines.version

    window of_version as (partition by newer.client_version)

    qualify row_number() over (
        partition by newer.client_version
        order by
            lines.logged_at asc nulls last,
            lines.host asc,
            lines.account asc,
            lines.source_path asc,
            lines.generation asc,
            lines.byte_offset asc
    ) = 1

)

select * from examples
