with

plans as (

    select * from {{ ref('int_plans') }}

),

daily_costs as (

    select * from {{ ref('fct_daily_costs') }}

),

as_of_days as (

    select {{ reporting_date('as_of') }} as as_of_day

    from {{ ref('int_landing_summary') }}

),

plan_months as (

    select
        plans.provider,
        plans.account,
        plans.label,
        plans.starts_on,
        plans.ends_on,
        plans.cost_usd,
        plans.plan_days,
        as_of_days.as_of_day,
        {{ each_month('plans.starts_on', 'least(plans.ends_on, as_of_days.as_of_day)') }} as month_started_on

    from plans

    inner join as_of_days
        on plans.starts_on <= as_of_days.as_of_day

),

-- A plan counts up to the day that everything is as of, so that what it cost is for the days that use is known of.
overlapped as (

    select
        *,
        greatest(month_started_on, starts_on) as overlap_started_on,
        least(last_day(month_started_on), ends_on, as_of_day) as overlap_ended_on

    from plan_months

),

costs as (

    select
        month_started_on,
        provider,
        account,
        count(*) as plan_count,
        {{ names_of_group('label', ', ') }} as plan_labels,
        sum(case when starts_on >= month_started_on then cost_usd else 0 end) as calendar_usd,
        sum(
            cast(cost_usd as double)
            * ({{ days_between('overlap_started_on', 'overlap_ended_on') }} + 1)
            / plan_days
        ) as amortised_usd

    from overlapped

    group by
        month_started_on,
        provider,
        account

),

use_days as (

    select
        called_on,
        provider,
        account,
        sum(cost_usd) as cost_usd,
        sum(model_call_count) as model_call_count,
        sum(unpriced_call_count) as unpriced_call_count

    from daily_costs

    where
        cost_kind = 'subscription'
        and called_on is not null

    group by
        called_on,
        provider,
        account

),

covered_days as (

    select distinct
        use_days.called_on,
        use_days.provider,
        use_days.account

    from use_days

    inner join plans
        on use_days.provider = plans.provider
        and use_days.account = plans.account
        and use_days.called_on >= plans.starts_on
        and use_days.called_on <= plans.ends_on

),

use_months as (

    select
        cast(date_trunc('month', use_days.called_on) as date) as month_started_on,
        use_days.provider,
        use_days.account,
        sum(case when covered_days.called_on is not null then use_days.cost_usd end) as covered_use_usd,
        sum(case when covered_days.called_on is null then use_days.cost_usd end) as uncovered_use_usd,
        sum(use_days.model_call_count) as model_call_count,
        sum(case when covered_days.called_on is null then use_days.model_call_count else 0 end) as uncovered_call_count,
        sum(use_days.unpriced_call_count) as unpriced_call_count

    from use_days

    left join covered_days
        on use_days.called_on = covered_days.called_on
        and use_days.provider = covered_days.provider
        and use_days.account = covered_days.account

    group by
        cast(date_trunc('month', use_days.called_on) as date),
        use_days.provider,
        use_days.account

),

months as (

    select
        coalesce(costs.month_started_on, use_months.month_started_on) as month_started_on,
        coalesce(costs.provider, use_months.provider) as provider,
        coalesce(costs.account, use_months.account) as account,
        costs.plan_labels,
        cast(coalesce(costs.plan_count, 0) as bigint) as plan_count,
        cast(coalesce(costs.calendar_usd, 0) as {{ usd_type() }}) as calendar_usd,
        coalesce(costs.amortised_usd, 0) as amortised_usd,
        cast(use_months.covered_use_usd as {{ usd_type() }}) as covered_use_usd,
        cast(use_months.covered_use_usd as double) / nullif(costs.amortised_usd, 0) as break_even_multiple,
        cast(use_months.uncovered_use_usd as {{ usd_type() }}) as uncovered_use_usd,
        cast(coalesce(use_months.model_call_count, 0) as bigint) as model_call_count,
        cast(coalesce(use_months.uncovered_call_count, 0) as bigint) as uncovered_call_count,
        cast(coalesce(use_months.unpriced_call_count, 0) as bigint) as unpriced_call_count

    from costs

    full outer join use_months
        on costs.month_started_on = use_months.month_started_on
        and costs.provider = use_months.provider
        and costs.account = use_months.account

)

select * from months
