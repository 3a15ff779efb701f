-- What each plan was worth in a month: days with use, the largest share of a limit, and whether the next plan down
-- would have held the same use.
select
    month_started_on,
    provider,
    account,
    plan_labels,
    amortised_usd,
    covered_use_usd,
    break_even_multiple,
    active_day_count,
    day_count,
    peak_limit_share,
    limit_count,
    tier,
    lower_tier,
    lower_tier_usd,
    lower_tier_peak_share,
    higher_tier,
    higher_tier_usd
from fct_subscription_value
where
    (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('provider') is null or provider = getvariable('provider'))
order by
    month_started_on desc,
    provider asc,
    account asc
