with

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

degraded as (

    select * from {{ ref('degraded_stop_reasons') }}

),

counted as (

    select
        session_id,
        coalesce(model, '') as model,
        coalesce(client_version, '') as client_version,
        coalesce(stop_reason, '') as stop_reason,
        max(fleet) as fleet,
        max(host) as host,
        max(account) as account,
        max(project) as project,
        min(called_at) as first_called_at,
        min(called_on) as first_called_on,
        count(*) as model_call_count

    from model_calls

    where usage_source <> 'task_telemetry'

    group by session_id, coalesce(model, ''), coalesce(client_version, ''), coalesce(stop_reason, '')

),

reasons as (

    select
        counted.session_id,
        nullif(counted.model, '') as model,
        nullif(counted.client_version, '') as client_version,
        nullif(counted.stop_reason, '') as stop_reason,
        case when counted.stop_reason <> '' then degraded.stop_reason is not null end as is_degraded,
        counted.fleet,
        counted.host,
        counted.account,
        counted.project,
        counted.first_called_at,
        counted.first_called_on,
        counted.model_call_count

    from counted

    left join degraded
        on counted.stop_reason = degraded.stop_reason

)

select * from reasons
