with

build as (

    select * from {{ ref('build_info') }}

),

hourly_usage as (

    select * from {{ ref('int_hourly_usage') }}

),

tasks as (

    select * from {{ ref('fct_tasks') }}

),

outcome_classes as (

    select * from {{ ref('dim_outcome_classes') }}

),

reconciliation as (

    select * from {{ ref('fct_reconciliation') }}

),

client_totals as (

    select * from {{ ref('fct_session_totals') }}

),

call_counts as (

    select
        coalesce(cast(sum(row_count) as bigint), 0) as call_count,
        coalesce(cast(sum(final_usage_call_count) as bigint), 0) as final_count,
        coalesce(cast(sum(priced_call_count) as bigint), 0) as priced_count,
        coalesce(cast(sum(cache_write_call_count) as bigint), 0) as cache_write_count,
        coalesce(cast(sum(cache_tier_known_call_count) as bigint), 0) as tier_known_count

    from hourly_usage

),

checks as (

    select
        'final_usage' as coverage_check,
        final_count as known_count,
        call_count as total_count

    from call_counts

    union all

    select
        'priced' as coverage_check,
        priced_count as known_count,
        call_count as total_count

    from call_counts

    union all

    select
        'cache_tier' as coverage_check,
        tier_known_count as known_count,
        cache_write_count as total_count

    from call_counts

    union all

    select
        'lines_read' as coverage_check,
        landed_line_count - rejected_line_count as known_count,
        landed_line_count as total_count

    from build

    union all

    select
        'outcomes_observed' as coverage_check,
        count(case when outcome_classes.outcome_result <> 'unknown' then tasks.task_id end) as known_count,
        count(*) as total_count

    from tasks

    left join outcome_classes
        on tasks.outcome_class = outcome_classes.outcome_class

    where tasks.task_id = tasks.root_task_id

    union all

    select
        'telemetry_agrees' as coverage_check,
        count(case when verdict = 'match' then pair_key end) as known_count,
        count(*) as total_count

    from reconciliation

    union all

    select
        'client_totals_agree' as coverage_check,
        count(case when verdict = 'equal' then session_id end) as known_count,
        count(client_cost_usd) as total_count

    from client_totals

)

select * from checks
