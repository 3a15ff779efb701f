-- What the page shows of money, kind by kind, is what the calls cost: sessions and hours lose and double nothing.
with

calls as (

    select
        cost_kind,
        sum(cost_usd) as cost_usd

    from {{ ref('fct_model_calls') }}

    group by cost_kind

),

sessions as (

    {% for kind in priced_kinds() %}
        select
            '{{ kind }}' as cost_kind,
            sum({{ kind }}_cost_usd) as cost_usd

        from {{ ref('page_sessions') }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

hours as (

    select
        cost_kind,
        sum(cost_usd) as cost_usd

    from {{ ref('page_hours') }}

    group by cost_kind

),

timed_calls as (

    select
        cost_kind,
        sum(cost_usd) as cost_usd

    from {{ ref('fct_model_calls') }}

    where
        called_at is not null
        and usage_source <> 'task_telemetry'

    group by cost_kind

),

differences as (

    select
        'page_sessions' as mart,
        sessions.cost_kind

    from sessions

    left join calls
        on sessions.cost_kind = calls.cost_kind

    where coalesce(sessions.cost_usd, 0) <> coalesce(calls.cost_usd, 0)

    union all

    select
        'page_hours' as mart,
        hours.cost_kind

    from hours

    left join timed_calls
        on hours.cost_kind = timed_calls.cost_kind

    where coalesce(hours.cost_usd, 0) <> coalesce(timed_calls.cost_usd, 0)

)

select * from differences
