with

periods as (

    select * from {{ ref('int_budget_periods') }}

),

status as (

    select
        budget_id,
        scope,
        scope_name,
        period,
        period_name,
        cost_kind,
        case
            when spent_usd is null then 'unpriced'
            when spent_usd > limit_usd then 'over'
            when spent_usd >= limit_usd * warn_share then 'warn'
            else 'ok'
        end as state,
        cast(limit_usd as {{ usd_type() }}) as limit_usd,
        cast(spent_usd as {{ usd_type() }}) as spent_usd,
        case when period <> 'session' and is_current then cast(recent_usd as {{ usd_type() }}) end as last_7_days_usd,
        cast(warn_share as double) as warn_share,
        cast(spent_usd as double) / nullif(cast(limit_usd as double), 0) as spent_share,
        elapsed_share,
        cast(spent_usd as double) / nullif(elapsed_share, 0) as projected_by_elapsed_usd,
        cast(spent_usd as double)
        + cast(recent_usd as double) / 7 * (1 - elapsed_share) * period_days as projected_by_last_7_days_usd,
        cast(model_call_count as bigint) as model_call_count,
        cast(unpriced_call_count as bigint) as unpriced_call_count,
        is_current,
        has_matched,
        period_started_on,
        period_ended_on

    from periods

)

select * from status
