-- The tokens of a session's priced calls of one cost kind, per rate, beside the rate; the costliest first. The rates
-- are those that the costs were made with, multipliers of speed and geography included.
with

summed as (

    select
        rate_id,
        model,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(reasoning_tokens) as reasoning_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_5m_tokens) as cache_write_5m_tokens,
        sum(cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(web_search_requests) as web_search_requests,
        sum(cost_usd) as cost_usd

    from fct_model_calls

    where
        session_id = $session_id
        and cost_kind = $cost_kind
        and cost_usd is not null
        and ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

    group by
        rate_id,
        model

)

select
    summed.*,
    -- sqruff takes what is left out for references.
    rates.* exclude (rate_id)  -- noqa: RF02

from summed

left join dim_rates as rates
    on summed.rate_id = rates.rate_id

order by
    summed.cost_usd desc,
    summed.rate_id asc,
    summed.model asc
