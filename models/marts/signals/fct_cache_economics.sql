with

steps as (

    select * from {{ ref('fct_context_steps') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

rates as (

    select * from {{ ref('dim_rates') }}

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

-- An entry lives as long as it was last written for; a call that only reads keeps it.
followed as (

    select
        steps.model_call_id,
        steps.previous_model_call_id,
        steps.turn_id,
        steps.task_id,
        steps.session_id,
        steps.fleet,
        steps.host,
        steps.account,
        steps.project,
        steps.model,
        steps.called_at,
        steps.called_on,
        steps.step_kind,
        model_calls.cost_kind,
        model_calls.rate_id,
        steps.gap_ms / 60000.0 as gap_minutes,
        model_calls.model <> previous.model as is_other_model,
        case
            when previous.cache_write_1h_tokens > 0 then {{ threshold('cache_long_life') }}
            when previous.cache_write_5m_tokens > 0 then {{ threshold('cache_short_life') }}
        end as written_for_minutes,
        previous.cache_read_tokens
        + coalesce(previous.cache_write_5m_tokens, 0)
        + coalesce(previous.cache_write_1h_tokens, 0) as cached_tokens,
        model_calls.cache_read_tokens,
        model_calls.cache_write_5m_tokens,
        model_calls.cache_write_1h_tokens,
        steps.context_id,
        steps.step_number

    from steps

    inner join model_calls
        on steps.model_call_id = model_calls.model_call_id

    inner join model_calls as previous
        on steps.previous_model_call_id = previous.model_call_id

    where
        model_calls.cache_read_tokens is not null
        and previous.cache_read_tokens is not null

),

lived as (

    select
        *,
        coalesce(
            last_value(written_for_minutes ignore nulls) over (
                partition by context_id order by step_number rows between unbounded preceding and current row
            ),
            {{ threshold('cache_short_life') }}
        ) as life_minutes,
        greatest(cached_tokens - cache_read_tokens, 0) as lost_tokens

    from followed

),

-- What was lost and written again was paid for twice; what was lost and not asked for again was not.
rewritten as (

    select
        lived.*,
        least(
            lived.lost_tokens, coalesce(lived.cache_write_5m_tokens, 0) + coalesce(lived.cache_write_1h_tokens, 0)
        ) as rewritten_tokens,
        cast(
            case
                when coalesce(lived.cache_write_1h_tokens, 0) > coalesce(lived.cache_write_5m_tokens, 0)
                    then rates.cache_write_1h_usd_per_mtok
                else rates.cache_write_5m_usd_per_mtok
            end
            - rates.cache_read_usd_per_mtok as {{ rate_type() }}
        ) as rewrite_usd_per_mtok,
        cast(
            rates.cache_write_1h_usd_per_mtok - rates.cache_write_5m_usd_per_mtok as {{ rate_type() }}
        ) as long_life_usd_per_mtok

    from lived

    left join rates
        on lived.rate_id = rates.rate_id

),

caused as (

    select
        *,
        abs(gap_minutes - life_minutes) <= {{ threshold('cache_near_miss') }} as is_near_miss,
        case
            when lost_tokens < {{ threshold('cache_loss_least') }} then 'kept'
            when step_kind = 'drop' then 'context_drop'
            when is_other_model then 'model_switch'
            when gap_minutes > life_minutes then 'expired'
            else 'unknown'
        end as cache_outcome,
        -- A gap that only the longer life outlasts.
        gap_minutes > {{ threshold('cache_short_life') }}
        and gap_minutes <= {{ threshold('cache_long_life') }}
        and life_minutes = {{ threshold('cache_short_life') }} as long_life_had_held

    from rewritten

),

economics as (

    select
        model_call_id,
        previous_model_call_id,
        turn_id,
        task_id,
        session_id,
        fleet,
        host,
        account,
        project,
        model,
        called_at,
        called_on,
        cost_kind,
        gap_minutes,
        cast(life_minutes as bigint) as life_minutes,
        is_near_miss,
        cached_tokens,
        lost_tokens,
        rewritten_tokens,
        cache_outcome,
        cast(
            case
                when cache_outcome = 'kept' then 0
                else {{ usd('rewritten_tokens', 'rewrite_usd_per_mtok') }}
            end as {{ usd_type() }}
        ) as rewrite_cost_usd,
        cast(
            case
                when cache_outcome = 'expired' and long_life_had_held
                    then {{ usd('rewritten_tokens', 'rewrite_usd_per_mtok') }}
                else 0
            end as {{ usd_type() }}
        ) as long_life_saved_usd,
        -- What is written for an hour costs more, each time; what the longer life had held would not be written.
        cast(
            {{ usd(
                'coalesce(cache_write_5m_tokens, 0)
                - case when cache_outcome = \'expired\' and long_life_had_held then rewritten_tokens else 0 end',
                'long_life_usd_per_mtok'
            ) }} as {{ usd_type() }}
        ) as long_life_extra_usd

    from caused

)

select * from economics
