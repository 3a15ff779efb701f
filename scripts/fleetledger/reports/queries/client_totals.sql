-- For how many sessions Claude Code's own total stands in the logs, how many agree with the ledger's to the cent, and
-- what requests cost, in each kind of money, that leave no line.
with

sessions as (

    select session_id from fct_sessions

    where
        ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($since_at is null or started_at >= $since_at)
        and ($until_at is null or started_at < $until_at)

)

select
    count(*) as sessions,
    count(*) filter (where abs(difference_usd) < 0.005) as agreeing_sessions,
    count(*) filter (where verdict = 'hidden_requests') as hidden_sessions,
    sum(hidden_cost_usd) filter (where cost_kind = 'billed') as billed_hidden_cost_usd,
    sum(hidden_cost_usd) filter (where cost_kind = 'subscription') as subscription_hidden_cost_usd,
    sum(hidden_cost_usd) filter (where coalesce(cost_kind, 'unknown') not in ('billed', 'subscription'))
        as unknown_hidden_cost_usd

from fct_session_totals

where
    verdict <> 'none'
    -- What the client counts is told of all models together.
    and $model is null
    and session_id in (select sessions.session_id from sessions)
    and ($fleet is null or fleet = $fleet)
    and ($host is null or host = $host)
    and ($account is null or account = $account)
