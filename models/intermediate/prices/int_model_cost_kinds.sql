with

calls as (

    select * from {{ ref('int_model_calls') }}

),

model_rules as (

    select * from {{ ref('model_cost_kinds') }}

),

provider_rules as (

    select * from {{ ref('provider_cost_kinds') }}

),

models as (

    select distinct
        provider,
        model

    from calls

),

by_model as (

    select
        models.provider,
        models.model,
        min(model_rules.cost_kind) as cost_kind

    from models

    inner join model_rules
        on {{ matches_regex('lower(models.model)', 'model_rules.model_regex') }}
        and coalesce(nullif(model_rules.provider, ''), models.provider) is not distinct from models.provider

    group by
        models.provider,
        models.model

),

classified as (

    select
        models.provider,
        models.model,
        coalesce(by_model.cost_kind, provider_rules.cost_kind, 'unknown') as cost_kind,
        case
            when by_model.cost_kind is not null then 'model'
            when provider_rules.cost_kind is not null then 'provider'
            else 'unmapped'
        end as cost_kind_rule

    from models

    left join by_model
        on models.provider is not distinct from by_model.provider
        and models.model is not distinct from by_model.model

    left join provider_rules
        on models.provider = provider_rules.provider

)

select * from classified
