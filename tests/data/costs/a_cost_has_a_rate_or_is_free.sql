-- No cost without a reason and no reason without a cost: a priced call names its rate, a free one costs 0 and names
-- none, and a call without a rate has no cost. rate_is_exact is told of every rate, and is false exactly where a
-- caveat says why.

with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

off as (

    select *

    from calls

    where
        (cost_usd is not null) <> (rate_id is not null or cost_kind = 'free')
        or (cost_kind = 'free' and (cost_usd <> 0 or rate_id is not null))
        or (rate_is_exact is not null) <> (rate_id is not null)
        or rate_is_exact is distinct from (case when rate_id is not null then rate_caveats is null end)

)

select * from off
