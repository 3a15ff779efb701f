with

calls as (

    select * from {{ ref('int_model_calls') }}

),

rules as (

    select * from {{ ref('int_cost_kind_rules') }}

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
        coalesce(min(case when rules.is_own then rules.cost_kind end), min(rules.cost_kind)) as cost_kind

    from models

    inner join rules
        on {{ matches_regex('lower(models.model)', 'rules.model_regex') }}
        and coalesce(rules.provider, models.provider) is not distinct from models.provider

    group by
        models.provider,
        models.model

),

classified as (

    select
        models.provider,
        models.model,
        coalesce(by_model.cost_kind, rules.cost_kind, 'unknown') as cost_kind,
        case
            when by_model.cost_kind is not null then 'model'
            when rules.cost_kind is not null then 'provider'
            else 'unmapped'
        end as cost_kind_rule

    from models

    left join by_model
        on models.provider is not distinct from by_model.provider
        and models.model is not distinct from by_model.model

    left join rules
        on models.provider = rules.provider
        and rules.model_regex is null

)

select * from classified
