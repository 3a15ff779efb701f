with

budgets as (

    select * from {{ ref('stg_settings__budgets') }}

),

spent as (

    select * from {{ ref('int_budget_spend') }}

),

landing as (

    select * from {{ ref('int_landing_summary') }}

),

as_of_days as (

    select
        {{ reporting_time('as_of') }} as as_of_local,
        {{ reporting_date('as_of') }} as as_of_day

    from landing

),

-- What was ever matched, and what that has spent lately.
names as (

    select
        budget_id,
        scope_name,
        sum(recent_usd) as recent_usd

    from spent

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
            when 'week' then cast(date_trunc('week', as_of_days.as_of_day) as date)
            when 'month' then cast(date_trunc('month', as_of_days.as_of_day) as date)
            else as_of_days.as_of_day
        end as period_started_on,
        case budgets.period
            when 'week' then cast(cast(date_trunc('week', as_of_days.as_of_day) as date) as string)
            when 'month' then substring(cast(as_of_days.as_of_day as string), 1, 7)
            else cast(as_of_days.as_of_day as string)
        end as period_name

    from budgets

    cross join as_of_days

    where
        budgets.period <> 'session'
        and not budgets.is_for_each
        and as_of_days.as_of_day is not null

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
        as_of_days.as_of_local,
        case budgets.period
            when 'day' then periods.period_started_on
            when 'week' then cast(periods.period_started_on + interval '6' day as date)
            when 'month' then last_day(periods.period_started_on)
        end as period_ended_on,
        coalesce(
            case budgets.period
                when 'session' then periods.last_called_on = as_of_days.as_of_day
                when 'week'
                    then periods.period_started_on = cast(date_trunc('week', as_of_days.as_of_day) as date)
                when 'month'
                    then periods.period_started_on = cast(date_trunc('month', as_of_days.as_of_day) as date)
                else periods.period_started_on = as_of_days.as_of_day
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

    cross join as_of_days

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

)

select * from timed
