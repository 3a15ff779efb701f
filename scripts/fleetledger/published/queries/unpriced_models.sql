-- Models without a rate, with the number of their calls that lack a cost, the most first.
with

unpriced as (

    select distinct
        provider,
        model

    from unpriced_models

)

select
    calls.provider,
    calls.model,
    count(*) as unpriced_call_count

from fct_model_calls as calls

inner join unpriced
    on calls.provider is not distinct from unpriced.provider
    and calls.model is not distinct from unpriced.model

where
    calls.cost_usd is null
    and ($fleet is null or calls.fleet = $fleet)
    and ($host is null or calls.host = $host)
    and ($account is null or calls.account = $account)
    and ($project is null or contains(lower(nfc_normalize(calls.project)), lower($project)))
    and ($model is null or contains(lower(calls.model), lower($model)))
    and ($since_at is null or calls.called_at >= $since_at)
    and ($until_at is null or calls.called_at < $until_at)

group by all

order by
    unpriced_call_count desc,
    calls.provider asc,
    calls.model asc
