-- The sessions that a judge is to be asked about: those that are named, else the newest that pass the filters.
select
    session_id,
    project

from fct_sessions

where
    (len(cast($session_ids as varchar[])) = 0 or list_contains(cast($session_ids as varchar[]), session_id))
    and ($fleet is null or fleet = $fleet)
    and ($host is null or host = $host)
    and ($account is null or account = $account)
    and ($project is null or contains(lower(project), lower($project)))
    and ($since_at is null or ended_at >= $since_at)
    and ($until_at is null or ended_at < $until_at)

order by
    ended_at desc nulls last,
    session_id asc

limit $most
