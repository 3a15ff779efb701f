with

landing as (

    select * from {{ ref('int_landing_summary') }}

),

hourly_usage as (

    select * from {{ ref('int_hourly_usage') }}

),

model_rates as (

    select * from {{ ref('model_rates') }}

),

call_counts as (

    select
        coalesce(cast(sum(model_call_count) as bigint), 0) as model_call_count,
        coalesce(cast(sum(final_usage_call_count) as bigint), 0) as final_usage_call_count,
        coalesce(cast(sum(unpriced_call_count) as bigint), 0) as unpriced_call_count

    from hourly_usage

),

rates as (

    select
        max(source) as rates_source,
        max(source_version) as rates_version,
        cast(max(source_date) as date) as rates_date

    from model_rates

),

info as (

    select
        landing.as_of,
        landing.landed_at,
        date_trunc('second', cast(current_timestamp as timestamp)) as built_at,
        landing.is_demo,
        true as has_text,
        {{ reporting_zone() }} as reporting_timezone,
        (select reporting.is_configured from {{ ref('int_reporting') }} as reporting) as is_timezone_configured,
        '{{ var("fleetledger_version") }}' as fleetledger_version,
        '{{ dbt_version }}' as dbt_version,
        {{ engine_version() }} as engine_version,
        rates.rates_source,
        rates.rates_version,
        rates.rates_date,
        landing.source_count,
        landing.landed_line_count,
        landing.repaired_line_count,
        landing.rejected_line_count,
        landing.secret_scanned_line_count,
        landing.secrets_scanned_at,
        call_counts.model_call_count,
        call_counts.final_usage_call_count,
        call_counts.unpriced_call_count,
        -- What is published of marts that were made elsewhere may be a part of them, and then says which.
        cast(null as date) as slice_since,
        cast(null as string) as slice_account

    from landing

    cross join call_counts

    cross join rates

)

select * from info
