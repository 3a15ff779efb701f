with

stop_reasons as (

    select * from {{ ref('fct_stop_reasons') }}

),

sessions as (

    select * from {{ ref('fct_sessions') }}

),

outcome_classes as (

    select * from {{ ref('outcome_classes') }}

),

used as (

    select
        session_id,
        fleet,
        'client_version' as changed_what,
        client_version as version_name,
        model_call_count,
        is_degraded

    from stop_reasons

    where client_version is not null

    union all

    select
        session_id,
        fleet,
        'model' as changed_what,
        model as version_name,
        model_call_count,
        is_degraded

    from stop_reasons

    where model is not null

),

totals as (

    select
        session_id,
        fleet,
        changed_what,
        version_name,
        sum(model_call_count) as call_count,
        sum(case when is_degraded is not null then model_call_count else 0 end) as ended_call_count,
        sum(case when is_degraded then model_call_count else 0 end) as degraded_call_count

    from used

    group by session_id, fleet, changed_what, version_name

),

-- A session counts for the version that nearly all of its calls were made with.
shares as (

    select
        *,
        call_count * 1.0 / sum(call_count) over (partition by session_id, changed_what) as call_share

    from totals

),

versions as (

    select
        shares.session_id,
        shares.changed_what,
        shares.version_name,
        shares.fleet,
        shares.ended_call_count,
        shares.degraded_call_count,
        sessions.started_at,
        sessions.billed_cost_usd,
        sessions.subscription_cost_usd,
        sessions.input_tokens
        + sessions.output_tokens
        + coalesce(sessions.cache_read_tokens, 0)
        + coalesce(sessions.cache_write_5m_tokens, 0)
        + coalesce(sessions.cache_write_1h_tokens, 0) as tokens,
        sessions.tool_call_count,
        sessions.tool_error_count,
        outcome_classes.outcome_result

    from shares

    inner join sessions
        on shares.session_id = sessions.session_id

    left join outcome_classes
        on sessions.outcome_class = outcome_classes.outcome_class

    where shares.call_share >= 0.9

)

select * from versions
