with

budget_rows as (

    select * from {{ ref('budgets') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

landing as (

    select
        as_of,
        {{ reporting_time('as_of') }} as as_of_local,
        {{ reporting_date('as_of') }} as as_of_day

    from {{ ref('int_landing_summary') }}

),

budgets as (

    select
        scope,
        nullif(trim(scope_value), '') as scope_value,
        period,
        cost_kind,
        limit_usd,
        coalesce(warn_share, 0.8) as warn_share,
        concat_ws(' ', scope, nullif(trim(scope_value), ''), period, cost_kind) as budget_id,
        scope <> 'all' and nullif(trim(scope_value), '') is null as is_for_each

    from budget_rows

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
            when 'month' then substring(cast(period_started_on as varchar), 1, 7)
            else cast(period_started_on as varchar)
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
        sum(model_call_count) as model_call_count,
        sum(unpriced_call_count) as unpriced_call_count

    from matched

    group by
        budget_id,
        scope_name,
        period_name

),

names as (

    select
        budget_id,
        scope_name,
        sum(recent_cost_usd) as recent_usd

    from matched

    group by
        budget_id,
        scope_name

),

-- What has a name has a row for the current period, also before anything is spent.
current_periods as (

    select
        budgets.budget_id,
        budgets.scope_value as scope_name,
        case budgets.period
            when 'week' then cast(date_trunc('week', landing.as_of_day) as date)
            when 'month' then cast(date_trunc('month', landing.as_of_day) as date)
            else landing.as_of_day
        end as period_started_on,
        case budgets.period
            when 'week' then cast(cast(date_trunc('week', landing.as_of_day) as date) as varchar)
            when 'month' then substring(cast(landing.as_of_day as varchar), 1, 7)
            else cast(landing.as_of_day as varchar)
        end as period_name

    from budgets

    cross join landing

    where
        budgets.period <> 'session'
        and not budgets.is_for_each
        and landing.as_of_day is not null

),

periods as (

    select
        coalesce(spent.budget_id, current_periods.budget_id) as budget_id,
        coalesce(spent.scope_name, current_periods.scope_name) as scope_name,
        coalesce(spent.period_name, current_periods.period_name) as period_name,
        coalesce(spent.period_started_on, current_periods.period_started_on) as period_started_on,
        spent.last_called_on,
        case when spent.budget_id is null then 0 else spent.spent_usd end as spent_usd,
        coalesce(spent.model_call_count, 0) as model_call_count,
        coalesce(spent.unpriced_call_count, 0) as unpriced_call_count

    from spent

    full outer join current_periods
        on spent.budget_id = current_periods.budget_id
        and spent.scope_name is not distinct from current_periods.scope_name
        and spent.period_name = current_periods.period_name

),

bounded as (

    select
        periods.*,
        budgets.scope,
        budgets.period,
        budgets.cost_kind,
        budgets.limit_usd,
        budgets.warn_share,
        landing.as_of_local,
        case budgets.period
            when 'day' then periods.period_started_on
            when 'week' then cast(periods.period_started_on + interval '6' day as date)
            when 'month' then last_day(periods.period_started_on)
        end as period_ended_on,
        coalesce(
            case budgets.period
                when 'session' then periods.last_called_on = landing.as_of_day
                when 'week'
                    then periods.period_started_on = cast(date_trunc('week', landing.as_of_day) as date)
                when 'month'
                    then periods.period_started_on = cast(date_trunc('month', landing.as_of_day) as date)
                else periods.period_started_on = landing.as_of_day
            end,
            false
        ) as is_current,
        names.budget_id is not null as has_matched,
        coalesce(names.recent_usd, 0) as recent_usd

    from periods

    inner join budgets
        on periods.budget_id = budgets.budget_id

    left join names
        on periods.budget_id = names.budget_id
        and periods.scope_name is not distinct from names.scope_name

    cross join landing

),

timed as (

    select
        *,
        {{ days_between('period_started_on', 'period_ended_on') }} + 1 as period_days,
        case
            when is_current and period <> 'session'
                then
                    {{ ms_between('cast(period_started_on as timestamp)', 'as_of_local') }}
                    / (86400000e0 * ({{ days_between('period_started_on', 'period_ended_on') }} + 1))
        end as elapsed_share

    from bounded

),

status as (

    select
        budget_id,
        scope,
        scope_name,
        period,
        period_name,
        cost_kind,
        case
            when spent_usd is null then 'unpriced'
            when spent_usd > limit_usd then 'over'
            when spent_usd >= limit_usd * warn_share then 'warn'
            else 'ok'
        end as state,
        cast(limit_usd as {{ usd_type() }}) as limit_usd,
        cast(spent_usd as {{ usd_type() }}) as spent_usd,
        case when period <> 'session' and is_current then cast(recent_usd as {{ usd_type() }}) end as last_7_days_usd,
        cast(warn_share as double) as warn_share,
        cast(spent_usd as double) / nullif(cast(limit_usd as double), 0) as spent_share,
        elapsed_share,
        cast(spent_usd as double) / nullif(elapsed_share, 0) as projected_by_elapsed_usd,
        cast(spent_usd as double)
        + cast(recent_usd as double) / 7 * (1 - elapsed_share) * period_days as projected_by_last_7_days_usd,
        cast(model_call_count as bigint) as model_call_count,
        cast(unpriced_call_count as bigint) as unpriced_call_count,
        is_current,
        has_matched,
        period_started_on,
        period_ended_on

    from timed

)

select * from status
