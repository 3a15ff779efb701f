with

hourly_usage as (

    select * from {{ ref('int_hourly_usage') }}

    where is_call

),

hours as (

    select
        called_on,
        cast(extract(hour from reported_hour) as bigint) as hour_of_day,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model,
        cast(sum(model_call_count) as bigint) as model_call_count,
        cast(sum(output_tokens) as bigint) as output_tokens,
        cast(sum(cost_usd) as {{ usd_type() }}) as cost_usd

    from hourly_usage

    where reported_hour is not null

    group by
        called_on,
        extract(hour from reported_hour),
        fleet,
        host,
        account,
        provider,
        cost_kind,
        project,
        model

)

select * from hours
