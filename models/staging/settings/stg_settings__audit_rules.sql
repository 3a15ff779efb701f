with

audit_rules as (

    select
        rule_id,
        severity,
        applies_to,
        scope,
        program,
        pattern,
        not_pattern,
        category,
        what_to_do

    from {{ source('settings', 'settings_audit_rules') }}

)

select * from audit_rules
