with

turns as (

    select * from {{ ref('int_turns') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

sized_calls as (

    select
        *,
        {{ context_tokens() }} as context_tokens

    from model_calls

),

-- A turn's context is as large as that of its last call whose input is known.
calls as (

    select
        turn_id,
        max_by(
            context_tokens,
            case
                when context_tokens is not null and iteration_type is null
                    then coalesce({{ time_key('called_at') }}, '') || model_call_id
            end
        ) as context_tokens,
        {{ call_measures() }}

    from sized_calls

    group by turn_id

),

tools as (

    select
        turn_id,
        {{ tool_measures() }}

    from tool_calls

    group by turn_id

),

measured as (

    select
        turns.turn_id,
        turns.task_id,
        turns.session_id,
        turns.fleet,
        turns.host,
        turns.account,
        sessions.project,
        turns.turn_number,
        turns.is_human,
        turns.prompted_at,
        calls.context_tokens,
        {{ measure_columns() }}

    from turns

    left join calls
        on turns.turn_id = calls.turn_id

    left join tools
        on turns.turn_id = tools.turn_id

    left join sessions
        on turns.session_id = sessions.session_id

)

select * from measured
