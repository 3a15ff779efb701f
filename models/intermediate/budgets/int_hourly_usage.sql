with

calls as (

    select
        *,
        usage_source <> 'task_telemetry' as is_call,
        -- A call on the hour still belongs to the usage window that ends then: an hour is counted from after its start.
        {{ hour_of("called_at - interval '1' microsecond") }} as hour_after,
        {{ hour_of(reporting_time('called_at')) }} as reported_hour

    from {{ ref('fct_model_calls') }}

),

hours as (

    select
        session_id,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        git_branch,
        model,
        is_call,
        called_on,
        hour_after,
        reported_hour,
        min(called_at) as first_called_at,
        max(called_at) as last_called_at,
        count(*) as row_count,
        count(case when is_call then model_call_id end) as model_call_count,
        count(case when usage_is_final then model_call_id end) as final_usage_call_count,
        count(cost_usd) as priced_call_count,
        count(case when cost_usd is null then model_call_id end) as unpriced_call_count,
        count(case when not rate_is_exact then model_call_id end) as inexact_rate_call_count,
        count(case when cache_write_5m_tokens > 0 or cache_write_1h_tokens > 0 then model_call_id end)
            as cache_write_call_count,
        count(
            case
                when (cache_write_5m_tokens > 0 or cache_write_1h_tokens > 0) and cache_tier_known
                    then model_call_id
            end
        ) as cache_tier_known_call_count,
        {% for column in usage_columns() %}
            cast(sum({{ column }}) as bigint) as {{ column }},
        {% endfor %}
        {% for column in cost_columns() if column != 'cost_usd' %}
            cast(sum({{ column }}) as {{ usd_type() }}) as {{ column }},
        {% endfor %}
        cast(sum(cost_usd) as {{ usd_type() }}) as cost_usd

    from calls

    group by
        session_id,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        git_branch,
        model,
        is_call,
        called_on,
        hour_after,
        reported_hour

)

select * from hours
