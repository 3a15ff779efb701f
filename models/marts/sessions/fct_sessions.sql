with

sessions as (

    select * from {{ ref('int_sessions') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

work as (

    select * from {{ ref('int_session_work') }}

),

owners as (

    select * from {{ ref('int_claude_code_session_owners') }}

),

unanswered as (

    select * from {{ ref('int_claude_code_unanswered_requests') }}

),

ratings as (

    select * from {{ ref('int_operator_ratings') }}

),

calls as (

    select
        session_id,
        {{ call_measures() }}

    from model_calls

    group by session_id

),

tools as (

    select
        session_id,
        {{ tool_measures() }}

    from tool_calls

    group by session_id

),

measured as (

    select
        sessions.session_id,
        sessions.parent_session_id,
        sessions.fleet,
        sessions.host,
        sessions.account,
        owners.also_in,
        sessions.project,
        sessions.started_in,
        sessions.transcript_id,
        sessions.transcript_place,
        sessions.resume_in,
        sessions.continued_in_session_id,
        sessions.git_branch,
        sessions.title,
        sessions.title_source,
        sessions.started_at,
        sessions.ended_at,
        sessions.wall_clock_ms,
        sessions.active_ms,
        ratings.rating as operator_rating,
        work.outcome_class,
        coalesce(work.task_count, 0) as task_count,
        coalesce(work.turn_count, 0) as turn_count,
        case when sessions.fleet = 'claude_code' then coalesce(unanswered.unanswered_request_count, 0) end
            as unanswered_request_count,
        {{ measure_columns() }}

    from sessions

    left join calls
        on sessions.session_id = calls.session_id

    left join tools
        on sessions.session_id = tools.session_id

    left join work
        on sessions.session_id = work.session_id

    left join owners
        on sessions.session_id = owners.session_id

    left join unanswered
        on sessions.session_id = unanswered.session_id

    left join ratings
        on sessions.session_id = ratings.session_id

)

select * from measured
