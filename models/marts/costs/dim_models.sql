with

hourly_usage as (

    select * from {{ ref('int_hourly_usage') }}

),

cost_kinds as (

    select * from {{ ref('int_model_cost_kinds') }}

),

matches as (

    select * from {{ ref('int_model_rate_matches') }}

),

counted as (

    select
        provider,
        model,
        cast(sum(model_call_count) as bigint) as model_call_count,
        cast(sum(priced_call_count) as bigint) as priced_call_count,
        cast(sum(unpriced_call_count) as bigint) as unpriced_call_count,
        cast(sum(inexact_rate_call_count) as bigint) as inexact_rate_call_count,
        min(first_called_at) as first_called_at,
        max(last_called_at) as last_called_at

    from hourly_usage

    group by
        provider,
        model

),

models as (

    select
        counted.provider,
        counted.model,
        cost_kinds.cost_kind,
        cost_kinds.cost_kind_rule,
        matches.price_book,
        coalesce(matches.override_model_id, matches.rate_model_id) as rate_model_id,
        counted.model_call_count,
        counted.priced_call_count,
        counted.unpriced_call_count,
        counted.inexact_rate_call_count,
        matches.is_own_price_book,
        cost_kinds.cost_kind = 'free' or matches.price_book is not null as is_priced,
        counted.first_called_at,
        counted.last_called_at

    from counted

    inner join cost_kinds
        on counted.provider is not distinct from cost_kinds.provider
        and counted.model is not distinct from cost_kinds.model

    left join matches
        on counted.provider is not distinct from matches.provider
        and counted.model = matches.model

)

select * from models
