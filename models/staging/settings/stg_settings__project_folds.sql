with

project_folds as (

    select
        rule_order,
        pattern,
        replacement,
        note

    from {{ source('settings', 'settings_project_folds') }}

)

select * from project_folds
