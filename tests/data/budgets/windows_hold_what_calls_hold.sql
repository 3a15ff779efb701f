-- Every call that has a time and is one of Claude's plan stands in one window, with all that it has, and an account's
-- windows do not overlap.

with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

windows as (

    select * from {{ ref('fct_usage_blocks') }}

),

call_sums as (

    select
        fleet,
        host,
        account,
        {{ call_measures() }}

    from calls

    where
        called_at is not null
        and cost_kind = 'subscription'
        and lower(model) like '%claude%'
        and (fleet = 'claude_code' or provider = 'anthropic_oauth')

    group by
        fleet,
        host,
        account

),

followed as (

    select
        *,
        lead(started_at) over (
            partition by fleet, host, account
            order by started_at asc
        ) < ends_at as is_overlapped

    from windows

),

window_sums as (

    select
        fleet,
        host,
        account,
        coalesce(bool_or(is_overlapped), false) as is_overlapped,
        sum(model_call_count) as model_call_count,
        sum(unpriced_call_count) as unpriced_call_count,
        {% for column in usage_columns() %}
            sum({{ column }}) as {{ column }},
        {% endfor %}
        sum(subscription_cost_usd) as subscription_cost_usd

    from followed

    group by
        fleet,
        host,
        account

),

off as (

    select
        call_sums.*,
        window_sums.is_overlapped

    from call_sums

    full outer join window_sums
        on call_sums.fleet = window_sums.fleet
        and call_sums.host = window_sums.host
        and call_sums.account = window_sums.account

    where
        window_sums.is_overlapped
        or call_sums.model_call_count is distinct from window_sums.model_call_count
        or call_sums.unpriced_call_count is distinct from window_sums.unpriced_call_count
        {% for column in usage_columns() + ['subscription_cost_usd'] %}
            or call_sums.{{ column }} is distinct from window_sums.{{ column }}
        {% endfor %}

)

select * from off
