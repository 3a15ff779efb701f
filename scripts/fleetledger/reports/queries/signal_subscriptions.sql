-- What plans were worth, by each of $groupings, which are lists of keys.
with

filtered as (

    select * from fct_subscription_value

    where
        ($fleet is null or provider = $fleet)
        and $host is null
        and ($account is null or account = $account)
        and $project is null
        and $model is null
        and plan_labels is not null
        and ($since is null or last_day(month_started_on) >= $since)
        and ($until is null or month_started_on <= $until)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case
            when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.month_started_on)
        end as month,
        case when list_contains(groupings.keys, 'account') then filtered.account end as account,
        filtered.account as account_of_plan,
        filtered.amortised_usd,
        filtered.covered_use_usd,
        filtered.active_day_count,
        filtered.day_count,
        filtered.peak_limit_share,
        filtered.tier,
        filtered.lower_tier_peak_share,
        filtered.lower_tier

    from groupings

    left join filtered
        on true

)

select
    keys,
    month,
    account,
    count(account_of_plan) as plan_months,
    sum(amortised_usd) as plan_usd,
    sum(covered_use_usd) as subscription_cost_usd,
    sum(covered_use_usd) / nullif(sum(amortised_usd), 0) as break_even_multiple,
    coalesce(cast(sum(active_day_count) as bigint), 0) as active_days,
    coalesce(cast(sum(day_count) as bigint), 0) as days,
    max(peak_limit_share) as peak_limit_share,
    max(tier) as tier,
    max(lower_tier) as lower_tier,
    max(lower_tier_peak_share) as lower_tier_peak_share

from keyed

group by all

having count(account_of_plan) > 0 or len(keys) = 0

order by
    month asc nulls last,
    plan_usd desc nulls last,
    account asc
