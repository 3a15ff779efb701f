-- What could have been saved, by rule and kind of money. Each rule is about another part of what was paid, so that they
-- add up within a kind.
with

found as (

    select * from fct_waste

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or found_at >= $since_at)
        and ($until_at is null or found_at < $until_at)

)

select
    rule,
    cost_kind,
    count(*) as findings,
    count(distinct session_id) as sessions,
    cast(sum(tokens) as bigint) as tokens,
    count(cost_usd) as priced_findings,
    sum(cost_usd) as cost_usd

from found

group by
    rule,
    cost_kind

order by
    cost_usd desc nulls last,
    rule asc,
    cost_kind asc
