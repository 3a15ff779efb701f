with

calls as (

    select * from {{ ref('fct_model_calls') }}

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
        count(case when usage_source <> 'task_telemetry' then model_call_id end) as model_call_count,
        count(cost_usd) as priced_call_count,
        count(case when cost_usd is null then model_call_id end) as unpriced_call_count,
        count(case when not rate_is_exact then model_call_id end) as inexact_rate_call_count,
        min(called_at) as first_called_at,
        max(called_at) as last_called_at

    from calls

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
