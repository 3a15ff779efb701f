with

limits as (

    select * from {{ ref('stg_limits__plan_limits') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

vendors as (

    select * from {{ ref('model_vendors') }}

),

landing as (

    select * from {{ ref('int_landing_summary') }}

),

-- Each time that a limit begins anew, it is another period.
periods as (

    select
        host,
        account,
        limit_name,
        resets_at,
        case
            when limit_name = 'five_hour' then resets_at - interval '5' hour
            when limit_name like 'seven_day%' then resets_at - interval '7' day
        end as started_at,
        min(observed_at) as first_told_at,
        max(observed_at) as last_told_at,
        max_by(used_share, observed_at) as used_share

    from limits

    group by
        host,
        account,
        limit_name,
        resets_at

),

models as (

    select distinct model from model_calls

),

models_of_anthropic as (

    select distinct models.model

    from models

    inner join vendors
        on {{ matches_regex('lower(models.model)', 'vendors.model_regex') }}

    where vendors.price_book = 'anthropic'

),

plan_calls as (

    select * from model_calls

    where {{ plan_sees('models_of_anthropic') }}

),

-- What the ledger has of the period up to when it was told how much was used.
used as (

    select
        periods.host,
        periods.account,
        periods.limit_name,
        periods.resets_at,
        count(plan_calls.model_call_id) as model_call_count,
        cast(sum(plan_calls.cost_usd) as {{ usd_type() }}) as subscription_cost_usd

    from periods

    left join plan_calls
        on periods.host = plan_calls.host
        and periods.account = plan_calls.account
        and periods.started_at <= plan_calls.called_at
        and periods.last_told_at >= plan_calls.called_at

    group by
        periods.host,
        periods.account,
        periods.limit_name,
        periods.resets_at

),

told as (

    select
        'claude_code' as fleet,
        periods.host,
        periods.account,
        periods.limit_name,
        periods.started_at,
        periods.resets_at,
        coalesce(landing.as_of < periods.resets_at, false) as is_current,
        periods.first_told_at,
        periods.last_told_at,
        periods.used_share,
        case when periods.started_at is not null then used.model_call_count end as model_call_count,
        used.subscription_cost_usd,
        cast(used.subscription_cost_usd as double) / nullif(periods.used_share, 0) as whole_limit_usd

    from periods

    inner join used
        on periods.host = used.host
        and periods.account = used.account
        and periods.limit_name = used.limit_name
        and periods.resets_at = used.resets_at

    cross join landing

)

select * from told
