-- For each kind of request the periods follow each other from 1970 to the end of days, and in each the tiers from 0
-- up: exactly one row holds for any day and size. Only a model that nothing but an override with a start date knows
-- may begin later.

with

request_rates as (

    select * from {{ ref('int_request_rates') }}

),

requests as (

    select * from {{ ref('int_rate_requests') }}

),

neighbours as (

    select
        request_rates.rate_request_id,
        request_rates.rate_id,
        request_rates.valid_from,
        request_rates.valid_to,
        request_rates.tier_start,
        request_rates.tier_end,
        requests.rate_model_id,
        min(request_rates.valid_from) over (partition by request_rates.rate_request_id) as first_valid_from,
        max(request_rates.valid_to) over (partition by request_rates.rate_request_id) as last_valid_to,
        lead(request_rates.valid_from) over (
            partition by request_rates.rate_request_id, request_rates.tier_start
            order by request_rates.valid_from asc
        ) as next_valid_from,
        min(request_rates.tier_start) over (
            partition by request_rates.rate_request_id, request_rates.valid_from
        ) as first_tier_start,
        max(request_rates.tier_end) over (
            partition by request_rates.rate_request_id, request_rates.valid_from
        ) as last_tier_end,
        lead(request_rates.tier_start) over (
            partition by request_rates.rate_request_id, request_rates.valid_from
            order by request_rates.tier_start asc
        ) as next_tier_start

    from request_rates

    inner join requests
        on request_rates.rate_request_id = requests.rate_request_id

),

off as (

    select *

    from neighbours

    where
        (rate_model_id is not null and first_valid_from <> date '1970-01-01')
        or last_valid_to <> date '9999-12-31'
        or (tier_start = 0 and next_valid_from <> valid_to)
        or first_tier_start <> 0
        or last_tier_end <> 9223372036854775807
        or next_tier_start <> tier_end

)

select * from off
