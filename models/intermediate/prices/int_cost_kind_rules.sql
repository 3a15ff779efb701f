with

own_rules as (

    select * from {{ ref('stg_settings__cost_kinds') }}

),

provider_rules as (

    select * from {{ ref('provider_cost_kinds') }}

),

model_rules as (

    select * from {{ ref('model_cost_kinds') }}

),

shipped as (

    select
        provider,
        cast(null as string) as model_regex,
        cost_kind

    from provider_rules

    union all

    select
        nullif(provider, '') as provider,
        model_regex,
        cost_kind

    from model_rules

),

kept as (

    select shipped.*

    from shipped

    left join own_rules
        on shipped.provider is not distinct from own_rules.provider
        and shipped.model_regex is not distinct from own_rules.model_regex

    where own_rules.cost_kind is null

),

rules as (

    select
        provider,
        model_regex,
        cost_kind,
        true as is_own

    from own_rules

    union all

    select
        provider,
        model_regex,
        cost_kind,
        false as is_own

    from kept

)

select * from rules
