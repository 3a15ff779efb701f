with

calls as (

    select * from {{ ref('int_directive_calls') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

counted as (

    select
        session_id,
        directive,
        count(*) as call_count,
        count(case when is_broken then 1 end) as broken_call_count,
        min(case when is_broken then tool_call_id end) as broken_tool_call_id

    from calls

    group by session_id, directive

),

directives as (

    select
        counted.session_id,
        counted.directive,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        sessions.ended_at,
        {{ reporting_date('sessions.ended_at') }} as ended_on,
        counted.call_count,
        counted.broken_call_count,
        counted.broken_call_count = 0 as is_kept,
        counted.broken_tool_call_id

    from counted

    inner join sessions
        on counted.session_id = sessions.session_id

)

select * from directives
