-- What prompt caching saved: all input at the full input rate, beside what input, cache reads and writes cost.
select
    calls.model,
    count(*) as model_calls,
    sum(calls.cache_read_tokens) as cache_read_tokens,
    sum(
        (calls.input_tokens + calls.cache_read_tokens + calls.cache_write_5m_tokens + calls.cache_write_1h_tokens)
        * rates.input_usd_per_mtok * 0.000001
    ) as usd_without_cache,
    sum(calls.input_cost_usd + calls.cache_read_cost_usd + calls.cache_write_cost_usd) as usd_with_cache
from fct_model_calls as calls
inner join dim_rates as rates
    on calls.rate_id = rates.rate_id
where calls.rate_is_exact
group by calls.model
order by usd_without_cache desc
