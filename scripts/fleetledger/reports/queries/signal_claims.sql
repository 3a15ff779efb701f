-- What answers claimed, held against what tools did, by each of $groupings, which are lists of keys.
with

filtered as (

    select * from fct_claims

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or claimed_at >= $since_at)
        and ($until_at is null or claimed_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.claimed_on) end as month,
        case when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.claimed_on) end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        case when list_contains(groupings.keys, 'claim_kind') then filtered.claim_kind end as claim_kind,
        filtered.line_id,
        filtered.session_id,
        filtered.claim_verdict

    from groupings

    left join filtered
        on true

)

select
    keys,
    month,
    week,
    project,
    model,
    claim_kind,
    count(line_id) as claims,
    count(distinct session_id) as sessions,
    count(*) filter (where claim_verdict = 'verified') as verified_claims,
    count(*) filter (where claim_verdict = 'late') as late_claims,
    count(*) filter (where claim_verdict = 'unclear') as unclear_claims,
    count(*) filter (where claim_verdict = 'unsupported') as unsupported_claims,
    count(*) filter (where claim_verdict = 'contradicted') as contradicted_claims

from keyed

group by all

having count(line_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    claims desc nulls last,
    project asc,
    model asc,
    claim_kind asc
