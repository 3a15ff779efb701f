with

turns as (

    select * from {{ ref('int_turns') }}

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

cache_losses as (

    select * from {{ ref('fct_cache_economics') }}

),

-- A prompt holds until the next one in its session: mu's sessions have a task for each, Claude Code's one for all.
asks as (

    select
        *,
        lead(prompted_at) over (partition by session_id order by prompted_at, turn_id) as next_prompted_at

    from turns

    where is_human and prompted_at is not null

),

-- What a sub-agent did, it did for the prompt that stood when it began, whoever started it.
asked_tasks as (

    select
        tasks.task_id,
        asks.turn_id as ask_id

    from tasks

    inner join asks
        on tasks.session_id = asks.session_id
        and tasks.started_at >= asks.prompted_at
        and (tasks.started_at < asks.next_prompted_at or asks.next_prompted_at is null)

    where tasks.is_subagent

),

calls as (

    select
        coalesce(asked_tasks.ask_id, model_calls.turn_id) as ask_id,
        max(model_calls.called_at) as last_called_at,
        {{ call_measures() }}

    from model_calls

    left join asked_tasks
        on model_calls.task_id = asked_tasks.task_id

    group by coalesce(asked_tasks.ask_id, model_calls.turn_id)

),

tools as (

    select
        coalesce(asked_tasks.ask_id, tool_calls.turn_id) as ask_id,
        max(tool_calls.ended_at) as last_ended_at,
        {{ tool_measures() }}

    from tool_calls

    left join asked_tasks
        on tool_calls.task_id = asked_tasks.task_id

    group by coalesce(asked_tasks.ask_id, tool_calls.turn_id)

),

rewrites as (

    select
        coalesce(asked_tasks.ask_id, cache_losses.turn_id) as ask_id,
        cast(sum(cache_losses.rewritten_tokens) as bigint) as rewritten_tokens

    from cache_losses

    left join asked_tasks
        on cache_losses.task_id = asked_tasks.task_id

    where cache_losses.cache_outcome <> 'kept'

    group by coalesce(asked_tasks.ask_id, cache_losses.turn_id)

),

subagents as (

    select
        ask_id,
        count(*) as subagent_count

    from asked_tasks

    group by ask_id

),

measured as (

    select
        asks.turn_id,
        asks.task_id,
        asks.session_id,
        asks.fleet,
        asks.host,
        asks.account,
        sessions.project,
        asks.turn_number,
        asks.prompted_at,
        {{ reporting_date('asks.prompted_at') }} as prompted_on,
        greatest(
            {{ ms_between('asks.prompted_at', 'greatest(calls.last_called_at, tools.last_ended_at)') }}, 0
        ) as answered_ms,
        coalesce(subagents.subagent_count, 0) as subagent_count,
        coalesce(rewrites.rewritten_tokens, 0) as rewritten_tokens,
        {{ measure_columns() }}

    from asks

    left join calls
        on asks.turn_id = calls.ask_id

    left join tools
        on asks.turn_id = tools.ask_id

    left join rewrites
        on asks.turn_id = rewrites.ask_id

    left join subagents
        on asks.turn_id = subagents.ask_id

    left join sessions
        on asks.session_id = sessions.session_id

)

select * from measured
