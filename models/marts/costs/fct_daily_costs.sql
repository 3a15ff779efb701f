with

hours as (

    select * from {{ ref('int_hourly_usage') }}

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
        cast(sum(model_call_count) as bigint) as model_call_count,
        cast(sum(final_usage_call_count) as bigint) as final_usage_call_count,
        cast(sum(priced_call_count) as bigint) as priced_call_count,
        cast(sum(unpriced_call_count) as bigint) as unpriced_call_count,
        cast(sum(inexact_rate_call_count) as bigint) as inexact_rate_call_count,
        {% for column in usage_columns() %}
            cast(sum({{ column }}) as bigint) as {{ column }},
        {% endfor %}
        {% for column in cost_columns() if column != 'cost_usd' %}
            cast(sum({{ column }}) as {{ usd_type() }}) as {{ column }},
        {% endfor %}
        cast(sum(cost_usd) as {{ usd_type() }}) as cost_usd

    from hours

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
