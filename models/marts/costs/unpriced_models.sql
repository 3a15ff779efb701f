with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

matches as (

    select * from {{ ref('int_model_rate_matches') }}

),

-- A call without usage has no cost either; it stands here only if its model has no rate.
unpriced as (

    select calls.*

    from calls

    left join matches
        on calls.provider is not distinct from matches.provider
        and calls.model = matches.model

    where
        calls.cost_usd is null
        and (calls.usage_source <> 'none' or matches.price_book is null)

),

models as (

    select
        provider,
        model,
        cost_kind,
        count(case when usage_source <> 'task_telemetry' then model_call_id end) as model_call_count,
        {% for column in usage_columns() %}
            cast(sum({{ column }}) as bigint) as {{ column }},
        {% endfor %}
        min(called_at) as first_called_at,
        max(called_at) as last_called_at

    from unpriced

    group by
        provider,
        model,
        cost_kind

)

select * from models
