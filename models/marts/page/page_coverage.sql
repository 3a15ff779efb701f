with

build as (

    select * from {{ ref('build_info') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

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
        count(*) as call_count,
        count(case when usage_is_final then model_call_id end) as final_count,
        count(cost_usd) as priced_count,
        count(case when cache_write_5m_tokens > 0 or cache_write_1h_tokens > 0 then model_call_id end)
            as cache_write_count,
        count(
            case
                when (cache_write_5m_tokens > 0 or cache_write_1h_tokens > 0) and cache_tier_known
                    then model_call_id
            end
        ) as tier_known_count

    from model_calls

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
