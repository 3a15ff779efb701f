with

losses as (

    select *

    from {{ ref('fct_cache_economics') }}

    where cache_outcome <> 'kept'

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

degraded as (

    select * from {{ ref('degraded_stop_reasons') }}

),

results as (

    select * from {{ ref('int_wasted_results') }}

),

unused as (

    select *

    from {{ ref('fct_delegations') }}

    where result_use = 'unused'

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

found as (

    select
        'cache_' || cache_outcome as rule,
        model_call_id as finding_id,
        task_id,
        session_id,
        model,
        called_at as found_at,
        cost_kind,
        rewritten_tokens as tokens,
        rewrite_cost_usd as cost_usd

    from losses

    union all

    select
        'broken_response' as rule,
        model_calls.model_call_id as finding_id,
        model_calls.task_id,
        model_calls.session_id,
        model_calls.model,
        model_calls.called_at as found_at,
        model_calls.cost_kind,
        model_calls.output_tokens as tokens,
        model_calls.output_cost_usd as cost_usd

    from model_calls

    inner join degraded
        on model_calls.stop_reason = degraded.stop_reason

    where model_calls.usage_source <> 'task_telemetry'

    union all

    select
        rule,
        tool_call_id as finding_id,
        task_id,
        session_id,
        model,
        called_at as found_at,
        cost_kind,
        tokens,
        {{ usd('tokens', 'usd_per_mtok') }} as cost_usd

    from results

),

-- What an agent wasted that was not needed at all is a part of what it cost.
kept as (

    select found.*

    from found

    left join unused
        on found.task_id = unused.task_id

    where unused.task_id is null

    {% for kind in priced_kinds() %}
        union all

        select
            'unused_agent' as rule,
            task_id || '/{{ kind }}' as finding_id,
            task_id,
            session_id,
            model,
            started_at as found_at,
            '{{ kind }}' as cost_kind,
            cast(null as bigint) as tokens,
            {{ kind }}_cost_usd as cost_usd

        from unused

        where {{ kind }}_cost_usd is not null

    {% endfor %}
),

placed as (

    select
        kept.rule,
        kept.finding_id,
        kept.task_id,
        kept.session_id,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        kept.model,
        kept.found_at,
        kept.cost_kind,
        cast(kept.tokens as bigint) as tokens,
        cast(kept.cost_usd as {{ usd_type() }}) as cost_usd

    from kept

    inner join sessions
        on kept.session_id = sessions.session_id

    where kept.cost_kind <> 'free'

)

select * from placed
