-- Usage windows, the newest first. A window is of the day on which it begins; `is_active` and what follows from it are
-- as of the newest line here, and the report says them anew by the clock.
select
    *,
    strftime(timezone($timezone, timezone('UTC', started_at)), '%Y-%m-%d %H:%M') as started_at_local,
    strftime(timezone($timezone, timezone('UTC', ends_at)), '%H:%M') as ends_at_local

from fct_usage_blocks

where
    ($fleet is null or fleet = $fleet)
    and ($host is null or host = $host)
    and ($account is null or account = $account)
    and ($since_at is null or started_at >= $since_at)
    and ($until_at is null or started_at < $until_at)

order by
    started_at desc,
    fleet asc,
    host asc,
    account asc
