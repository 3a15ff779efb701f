with

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

accounts as (

    select
        fleet,
        host,
        account,
        provider,
        cost_kind,
        count(distinct session_id) as session_count,
        count(case when usage_source <> 'task_telemetry' then model_call_id end) as model_call_count,
        min(called_at) as first_called_at,
        max(called_at) as last_called_at

    from model_calls

    group by
        fleet,
        host,
        account,
        provider,
        cost_kind

)

select * from accounts
