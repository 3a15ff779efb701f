with

hourly_usage as (

    select * from {{ ref('int_hourly_usage') }}

),

landing as (

    select * from {{ ref('int_landing_summary') }}

),

vendors as (

    select * from {{ ref('model_vendors') }}

),

models as (

    select distinct model from hourly_usage

),

models_of_anthropic as (

    select distinct models.model

    from models

    inner join vendors
        on {{ matches_regex('lower(models.model)', 'vendors.model_regex') }}

    where vendors.price_book = 'anthropic'

),

placed as (

    select * from hourly_usage

    where
        hour_after is not null
        and {{ plan_sees('models_of_anthropic') }}

),

-- Windows end on the hour: what the first call of an hour does not open, none in that hour does.
hours as (

    select
        fleet,
        host,
        account,
        hour_after,
        min(first_called_at) as first_called_at

    from placed

    group by
        fleet,
        host,
        account,
        hour_after

),

openers as (

    select
        fleet,
        host,
        account,
        {{ window_openers('first_called_at', 5) }} as opened_at

    from hours

    group by
        fleet,
        host,
        account

),

-- A window holds the hour of the call that opened it and all that follow until the next one is opened.
windows as (

    select
        placed.*,
        max(openers.opened_at) over (
            partition by placed.fleet, placed.host, placed.account
            order by placed.hour_after asc
        ) as opened_at

    from placed

    left join openers
        on placed.fleet = openers.fleet
        and placed.host = openers.host
        and placed.account = openers.account
        and placed.hour_after = {{ hour_of("openers.opened_at - interval '1' microsecond") }}

),

summed as (

    select
        fleet,
        host,
        account,
        {{ hour_of('opened_at') }} as started_at,
        {{ hour_of('opened_at') }} + interval '5' hour as ends_at,
        min(first_called_at) as first_called_at,
        max(last_called_at) as last_called_at,
        count(distinct session_id) as session_count,
        {{ hour_measures() }}

    from windows

    group by
        fleet,
        host,
        account,
        opened_at

),

-- A rate is over the time between the first and the last call, so that a single call has none.
told as (

    select
        summed.*,
        landing.as_of,
        lag(summed.last_called_at) over (
            partition by summed.fleet, summed.host, summed.account
            order by summed.started_at asc
        ) + interval '5' hour as was_idle_from,
        coalesce(landing.as_of >= summed.first_called_at and landing.as_of < summed.ends_at, false) as is_active,
        case
            when coalesce(summed.input_tokens, summed.output_tokens) is not null
                then
                    coalesce(summed.input_tokens, 0)
                    + coalesce(summed.output_tokens, 0)
                    + coalesce(summed.cache_read_tokens, 0)
                    + coalesce(summed.cache_write_5m_tokens, 0)
                    + coalesce(summed.cache_write_1h_tokens, 0)
        end as total_tokens,
        {{ ms_between('summed.first_called_at', 'summed.last_called_at') }} as call_span_ms,
        {{ ms_between('landing.as_of', 'summed.ends_at') }} as remaining_ms

    from summed

    cross join landing

),

blocks as (

    select
        fleet,
        host,
        account,
        started_at,
        ends_at,
        first_called_at,
        last_called_at,
        case when was_idle_from < first_called_at then was_idle_from end as gap_started_at,
        case when was_idle_from < first_called_at then first_called_at end as gap_ended_at,
        is_active,
        session_count,
        model_call_count,
        final_usage_call_count,
        unpriced_call_count,
        {% for column in usage_columns() %}
            {{ column }},
        {% endfor %}
        cast(total_tokens as bigint) as total_tokens,
        subscription_cost_usd,
        call_span_ms,
        cast(total_tokens as double) * 60000 / nullif(call_span_ms, 0) as tokens_per_minute,
        cast(subscription_cost_usd as double) * 3600000 / nullif(call_span_ms, 0) as subscription_usd_per_hour,
        case
            when is_active
                then
                    cast(subscription_cost_usd as double)
                    + cast(subscription_cost_usd as double) * remaining_ms / nullif(call_span_ms, 0)
        end as projected_subscription_cost_usd,
        case
            when is_active
                then total_tokens + cast(total_tokens as double) * remaining_ms / nullif(call_span_ms, 0)
        end as projected_total_tokens

    from told

)

select * from blocks
