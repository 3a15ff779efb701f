-- What is known of a plan's limits: of each limit of each account the periods, the newest first.
select
    *,
    strftime(timezone($timezone, timezone('UTC', resets_at)), '%Y-%m-%d %H:%M') as resets_at_local,
    strftime(timezone($timezone, timezone('UTC', last_told_at)), '%Y-%m-%d %H:%M') as last_told_at_local

from fct_plan_limits

where
    ($host is null or host = $host)
    and ($account is null or account = $account)
    and ($since_at is null or resets_at >= $since_at)
    and ($until_at is null or resets_at < $until_at)
    and ($fleet is null or fleet = $fleet)

order by
    resets_at desc,
    limit_name desc,
    host asc,
    account asc
