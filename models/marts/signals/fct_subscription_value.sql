with

plan_months as (

    select * from {{ ref('fct_plan_months') }}

),

daily_costs as (

    select * from {{ ref('fct_daily_costs') }}

    where cost_kind = 'subscription' and called_on is not null

),

plan_limits as (

    select * from {{ ref('fct_plan_limits') }}

),

tiers as (

    select * from {{ ref('plan_tiers') }}

),

as_of_days as (

    select {{ reporting_date('as_of') }} as as_of_day

    from {{ ref('int_landing_summary') }}

),

used_days as (

    select
        cast(date_trunc('month', called_on) as date) as month_started_on,
        provider,
        account,
        count(distinct called_on) as active_day_count

    from daily_costs

    group by cast(date_trunc('month', called_on) as date), provider, account

),

limits as (

    select
        cast(date_trunc('month', {{ reporting_date('started_at') }}) as date) as month_started_on,
        fleet as provider,
        account,
        max(used_share) as peak_limit_share,
        count(*) as limit_count

    from plan_limits

    group by cast(date_trunc('month', {{ reporting_date('started_at') }}) as date), fleet, account

),

-- Which of the known plans it is, is told by its price, with tax or without.
priced as (

    select
        plan_months.*,
        (
            select max_by(tiers.use_multiple, tiers.monthly_usd)
            from tiers
            where
                plan_months.plan_count = 1
                and plan_months.calendar_usd between tiers.monthly_usd * 0.9 and tiers.monthly_usd * 1.3
        ) as use_multiple

    from plan_months

),

compared as (

    select
        priced.month_started_on,
        priced.provider,
        priced.account,
        max(case when tiers.use_multiple = priced.use_multiple then tiers.tier end) as tier,
        max_by(tiers.tier, case when tiers.use_multiple < priced.use_multiple then tiers.monthly_usd end)
            as lower_tier,
        max(case when tiers.use_multiple < priced.use_multiple then tiers.monthly_usd end) as lower_tier_usd,
        max(case when tiers.use_multiple < priced.use_multiple then tiers.use_multiple end) as lower_multiple,
        min_by(tiers.tier, case when tiers.use_multiple > priced.use_multiple then tiers.monthly_usd end)
            as higher_tier,
        min(case when tiers.use_multiple > priced.use_multiple then tiers.monthly_usd end) as higher_tier_usd

    from priced

    left join tiers
        on priced.use_multiple is not null

    group by priced.month_started_on, priced.provider, priced.account

),

valued as (

    select
        priced.month_started_on,
        priced.provider,
        priced.account,
        priced.plan_labels,
        priced.amortised_usd,
        priced.covered_use_usd,
        priced.break_even_multiple,
        coalesce(used_days.active_day_count, 0) as active_day_count,
        {{ days_between(
            'priced.month_started_on', 'least(last_day(priced.month_started_on), as_of_days.as_of_day)'
        ) }} + 1 as day_count,
        limits.peak_limit_share,
        coalesce(limits.limit_count, 0) as limit_count,
        compared.tier,
        compared.lower_tier,
        cast(compared.lower_tier_usd as {{ usd_type() }}) as lower_tier_usd,
        limits.peak_limit_share * cast(priced.use_multiple as double) / compared.lower_multiple
            as lower_tier_peak_share,
        compared.higher_tier,
        cast(compared.higher_tier_usd as {{ usd_type() }}) as higher_tier_usd

    from priced

    cross join as_of_days

    inner join compared
        on priced.month_started_on = compared.month_started_on
        and priced.provider = compared.provider
        and priced.account = compared.account

    left join used_days
        on priced.month_started_on = used_days.month_started_on
        and priced.provider = used_days.provider
        and priced.account = used_days.account

    left join limits
        on priced.month_started_on = limits.month_started_on
        and priced.provider = limits.provider
        and priced.account = limits.account

)

select * from valued
