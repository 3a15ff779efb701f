with

batches as (

    select * from {{ ref('stg_landing__batches') }}

),

sources as (

    select * from {{ ref('stg_landing__sources') }}

),

claude_code as (

    select * from {{ ref('int_claude_code_lines') }}

),

mu as (

    select * from {{ ref('int_mu_events') }}

),

-- A clock that ran ahead, or a hostile line, must not push the stamp beyond the moment of landing.
newest as (

    select max(logged_at) as as_of

    from claude_code

    where logged_at <= landed_at

    union all

    select max(logged_at) as as_of

    from mu

    where logged_at <= landed_at

),

batch_counts as (

    select
        coalesce(cast(sum(line_count) as bigint), 0) as landed_line_count,
        coalesce(cast(sum(repaired_line_count) as bigint), 0) as repaired_line_count,
        coalesce(cast(sum(rejected_line_count) as bigint), 0) as rejected_line_count,
        max(landed_at) as landed_at,
        coalesce(
            cast(sum(case when secrets_scanned_at is not null then line_count end) as bigint), 0
        ) as secret_scanned_line_count,
        max(secrets_scanned_at) as secrets_scanned_at

    from batches

),

source_counts as (

    select
        count(*) as source_count,
        coalesce(max(is_demo), false) as is_demo

    from sources

),

newest_line as (

    select max(as_of) as as_of from newest

),

summary as (

    select
        newest_line.as_of,
        batch_counts.landed_at,
        batch_counts.landed_line_count,
        batch_counts.repaired_line_count,
        batch_counts.rejected_line_count,
        batch_counts.secret_scanned_line_count,
        batch_counts.secrets_scanned_at,
        source_counts.source_count,
        source_counts.is_demo

    from batch_counts

    cross join source_counts

    cross join newest_line

)

select * from summary
