-- The rules are applied one after the other, by number: a gap would silently end the rewriting.

with

rules as (

    select * from {{ ref('model_name_rules') }}

),

off as (

    select
        count(*) as rule_count,
        max(rule_order) as last_rule

    from rules

    having count(*) <> max(rule_order)

)

select * from off
