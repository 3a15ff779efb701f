with

hourly_usage as (

    select * from {{ ref('int_hourly_usage') }}

),

accounts as (

    select
        fleet,
        host,
        account,
        provider,
        cost_kind,
        count(distinct session_id) as session_count,
        cast(sum(model_call_count) as bigint) as model_call_count,
        min(first_called_at) as first_called_at,
        max(last_called_at) as last_called_at

    from hourly_usage

    group by
        fleet,
        host,
        account,
        provider,
        cost_kind

)

select * from accounts
