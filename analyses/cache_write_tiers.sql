-- Which cache tier each account writes, and how many calls do not tell.
-- At Anthropic, 1-hour writes cost twice the input rate, 5-minute ones 1.25x.
select
    fleet,
    account,
    sum(cache_write_5m_tokens) as tokens_5m,
    sum(cache_write_1h_tokens) as tokens_1h,
    round(sum(cache_write_1h_tokens) / nullif(sum(cache_write_5m_tokens + cache_write_1h_tokens), 0), 3) as share_1h,
    count(case when not cache_tier_known then model_call_id end) as calls_of_unknown_tier,
    count(*) as model_calls
from fct_model_calls
group by fleet, account
order by fleet, account
