with

own_rules as (

    select * from {{ ref('stg_settings__audit_rules') }}

),

shipped as (

    select * from {{ ref('audit_rules') }}

),

rules as (

    select
        coalesce(own_rules.rule_id, shipped.rule_id) as rule_id,
        coalesce(own_rules.severity, shipped.severity) as severity,
        coalesce(own_rules.applies_to, shipped.applies_to) as applies_to,
        coalesce(own_rules.scope, shipped.scope) as scope,
        coalesce(own_rules.program, shipped.program) as program,
        coalesce(own_rules.pattern, shipped.pattern) as pattern,
        coalesce(own_rules.not_pattern, shipped.not_pattern) as not_pattern,
        coalesce(own_rules.category, shipped.category) as category,
        coalesce(own_rules.what_to_do, shipped.what_to_do) as what_to_do

    from shipped

    full outer join own_rules
        on shipped.rule_id = own_rules.rule_id

),

in_force as (

    select *

    from rules

    where severity <> 'off'

)

select * from in_force
