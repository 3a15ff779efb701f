with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

days as (

    select
        called_on,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model,
        count(case when usage_source <> 'task_telemetry' then model_call_id end) as model_call_count,
        count(case when usage_is_final then model_call_id end) as final_usage_call_count,
        count(cost_usd) as priced_call_count,
        count(case when cost_usd is null then model_call_id end) as unpriced_call_count,
        count(case when not rate_is_exact then model_call_id end) as inexact_rate_call_count,
        {% for column in usage_columns() %}
            cast(sum({{ column }}) as bigint) as {{ column }},
        {% endfor %}
        {% for column in cost_columns() if column != 'cost_usd' %}
            cast(sum({{ column }}) as {{ usd_type() }}) as {{ column }},
        {% endfor %}
        cast(sum(cost_usd) as {{ usd_type() }}) as cost_usd

    from calls

    group by
        called_on,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model

)

select * from days
