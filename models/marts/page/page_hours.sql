with

calls as (

    select
        *,
        {{ reporting_time('called_at') }} as called_at_local

    from {{ ref('fct_model_calls') }}

    where usage_source <> 'task_telemetry'

),

hours as (

    select
        called_on,
        cast(extract(hour from called_at_local) as bigint) as hour_of_day,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model,
        count(*) as model_call_count,
        cast(sum(output_tokens) as bigint) as output_tokens,
        cast(sum(cost_usd) as {{ usd_type() }}) as cost_usd

    from calls

    where called_at is not null

    group by
        called_on,
        extract(hour from called_at_local),
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model

)

select * from hours
