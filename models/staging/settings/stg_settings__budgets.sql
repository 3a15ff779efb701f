with

budgets as (

    select
        concat_ws(' ', scope, scope_value, period, cost_kind) as budget_id,
        scope,
        scope_value,
        period,
        cost_kind,
        limit_usd,
        warn_share,
        scope <> 'all' and scope_value is null as is_for_each

    from {{ source('settings', 'settings_budgets') }}

)

select * from budgets
