with

cost_kinds as (

    select
        provider,
        model_regex,
        cost_kind

    from {{ source('settings', 'settings_cost_kinds') }}

)

select * from cost_kinds
