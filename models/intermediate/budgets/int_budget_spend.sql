with

budgets as (

    select * from {{ ref('stg_settings__budgets') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

landing as (

    select * from {{ ref('int_landing_summary') }}

),

days as (

    select
        model_calls.called_on,
        model_calls.fleet,
        model_calls.account,
        model_calls.project,
        model_calls.model,
        model_calls.session_id,
        model_calls.cost_kind,
        sum(model_calls.cost_usd) as cost_usd,
        sum(
            case
                when
                    model_calls.called_at > landing.as_of - interval '7' day
                    and model_calls.called_at <= landing.as_of
                    then model_calls.cost_usd
            end
        ) as recent_cost_usd,
        count(case when model_calls.usage_source <> 'task_telemetry' then model_calls.model_call_id end)
            as model_call_count,
        count(case when model_calls.cost_usd is null then model_calls.model_call_id end) as unpriced_call_count

    from model_calls

    cross join landing

    group by
        model_calls.called_on,
        model_calls.fleet,
        model_calls.account,
        model_calls.project,
        model_calls.model,
        model_calls.session_id,
        model_calls.cost_kind

),

scoped as (

    select
        days.*,
        budgets.budget_id,
        budgets.scope,
        budgets.scope_value,
        budgets.period,
        budgets.is_for_each,
        case budgets.scope
            when 'fleet' then days.fleet
            when 'account' then days.account
            when 'project' then days.project
            when 'model' then days.model
            when 'session' then days.session_id
        end as found_name,
        case budgets.period
            when 'day' then days.called_on
            when 'week' then cast(date_trunc('week', days.called_on) as date)
            when 'month' then cast(date_trunc('month', days.called_on) as date)
        end as period_started_on

    from days

    inner join budgets
        on days.cost_kind = budgets.cost_kind

),

-- Calls without a time are in no day, week or month.
matched as (

    select
        *,
        case when is_for_each then found_name else scope_value end as scope_name,
        case period
            when 'session' then session_id
            when 'month' then substring(cast(period_started_on as string), 1, 7)
            else cast(period_started_on as string)
        end as period_name

    from scoped

    where
        (scope = 'all' or (is_for_each and found_name is not null) or {{ is_like('found_name', 'scope_value') }})
        and case when period = 'session' then session_id is not null else called_on is not null end

),

spent as (

    select
        budget_id,
        scope_name,
        period_name,
        coalesce(min(period_started_on), min(called_on)) as period_started_on,
        max(called_on) as last_called_on,
        sum(cost_usd) as spent_usd,
        sum(recent_cost_usd) as recent_usd,
        sum(model_call_count) as model_call_count,
        sum(unpriced_call_count) as unpriced_call_count

    from matched

    group by
        budget_id,
        scope_name,
        period_name

)

select * from spent
