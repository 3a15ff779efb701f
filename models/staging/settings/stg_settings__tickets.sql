with

tickets as (

    select
        rule_order,
        pattern,
        note

    from {{ source('settings', 'settings_tickets') }}

)

select * from tickets
