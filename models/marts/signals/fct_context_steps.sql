with

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

rates as (

    select * from {{ ref('dim_rates') }}

),

windows as (

    select * from {{ ref('model_windows') }}

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

-- A context goes on from task to task of mu's sessions; a sub-agent has one of its own.
sized as (

    select
        model_calls.*,
        case when tasks.is_subagent then model_calls.task_id else model_calls.session_id end as context_id,
        {{ context_tokens() }} as context_tokens,
        windows.window_tokens as published_window_tokens

    from model_calls

    left join tasks
        on model_calls.task_id = tasks.task_id

    left join rates
        on model_calls.rate_id = rates.rate_id

    left join windows
        on rates.price_book = windows.price_book
        and rates.model_id = windows.model_id

    where
        model_calls.iteration_type is null
        and model_calls.called_at is not null

),

-- A context beyond the published window was held in a larger one, on request; how large that is no log says.
held as (

    select
        *,
        case
            when max(context_tokens) over (partition by context_id, model) <= published_window_tokens
                then published_window_tokens
        end as window_tokens

    from sized

    where context_tokens is not null

),

stepped as (

    select
        *,
        row_number() over in_order as step_number,
        lag(model_call_id) over in_order as previous_model_call_id,
        lag(context_tokens) over in_order as previous_context_tokens,
        {{ ms_between('lag(called_at) over in_order', 'called_at') }} as gap_ms

    from held

    -- Of calls of one instant the smaller context came first: contexts grow.
    window in_order as (partition by context_id order by called_at, context_tokens, model_call_id)

),

steps as (

    select
        model_call_id,
        previous_model_call_id,
        context_id,
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
        step_number,
        gap_ms,
        context_tokens,
        previous_context_tokens,
        context_tokens - previous_context_tokens as growth_tokens,
        case
            when previous_context_tokens is null then 'first'
            when
                context_tokens < previous_context_tokens * {{ threshold('context_drop') }}
                and previous_context_tokens - context_tokens >= {{ threshold('context_drop_least') }}
                then 'drop'
            else 'step'
        end as step_kind,
        cast(cache_read_tokens as double) / nullif(context_tokens, 0) as cache_read_share,
        window_tokens,
        cast(context_tokens as double) / window_tokens as window_share,
        case
            when cast(context_tokens as double) / window_tokens > {{ threshold('context_full') }} then 'full'
            when cast(context_tokens as double) / window_tokens > {{ threshold('context_high') }} then 'high'
            when window_tokens is not null then 'roomy'
        end as fullness

    from stepped

)

select * from steps
