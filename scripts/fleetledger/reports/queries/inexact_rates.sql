-- Which calls were priced by a rate not quite theirs, and what it lacks (`rate_caveats`), the most first.
select
    provider,
    model,
    rate_caveats,
    count(*) filter (where cost_usd is not null) as model_call_count

from fct_model_calls

where
    not rate_is_exact
    and ($fleet is null or fleet = $fleet)
    and ($host is null or host = $host)
    and ($account is null or account = $account)
    and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
    and ($model is null or contains(lower(model), lower($model)))
    and ($since_at is null or called_at >= $since_at)
    and ($until_at is null or called_at < $until_at)

group by all

order by
    model_call_count desc,
    provider asc,
    model asc,
    rate_caveats asc
