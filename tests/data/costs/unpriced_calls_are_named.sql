-- "Never zero": each model some of whose calls have usage and no cost stands in unpriced_models, and no free or
-- fully priced model does.

with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

unpriced_models as (

    select * from {{ ref('unpriced_models') }}

),

without_cost as (

    select distinct
        provider,
        model

    from calls

    where
        cost_usd is null
        and usage_source <> 'none'

),

unnamed as (

    select
        without_cost.provider,
        without_cost.model

    from without_cost

    left join unpriced_models
        on without_cost.provider is not distinct from unpriced_models.provider
        and without_cost.model is not distinct from unpriced_models.model

    where unpriced_models.cost_kind is null

),

wrongly_named as (

    select
        provider,
        model

    from unpriced_models

    where cost_kind = 'free'

),

off as (

    select * from unnamed

    union all

    select * from wrongly_named

)

select * from off
