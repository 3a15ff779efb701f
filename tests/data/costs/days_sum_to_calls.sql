-- The days hold what the calls hold, for each kind of money: no total depends on which of the two a report reads.

with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

days as (

    select * from {{ ref('fct_daily_costs') }}

),

call_sums as (

    select
        cost_kind,
        count(case when usage_source <> 'task_telemetry' then model_call_id end) as model_call_count,
        count(cost_usd) as priced_call_count,
        count(case when cost_usd is null then model_call_id end) as unpriced_call_count,
        {% for column in usage_columns() %}
            sum({{ column }}) as {{ column }},
        {% endfor %}
        sum(cost_usd) as cost_usd

    from calls

    group by cost_kind

),

day_sums as (

    select
        cost_kind,
        sum(model_call_count) as model_call_count,
        sum(priced_call_count) as priced_call_count,
        sum(unpriced_call_count) as unpriced_call_count,
        {% for column in usage_columns() %}
            sum({{ column }}) as {{ column }},
        {% endfor %}
        sum(cost_usd) as cost_usd

    from days

    group by cost_kind

),

off as (

    select
        call_sums.*,
        day_sums.cost_usd as days_cost_usd

    from call_sums

    full outer join day_sums
        on call_sums.cost_kind = day_sums.cost_kind

    where
        call_sums.model_call_count is distinct from day_sums.model_call_count
        or call_sums.priced_call_count is distinct from day_sums.priced_call_count
        or call_sums.unpriced_call_count is distinct from day_sums.unpriced_call_count
        {% for column in usage_columns() %}
            or call_sums.{{ column }} is distinct from day_sums.{{ column }}
        {% endfor %}
        or call_sums.cost_usd is distinct from day_sums.cost_usd

)

select * from off
