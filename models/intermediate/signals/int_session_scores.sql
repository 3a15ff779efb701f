with

sessions as (

    select * from {{ ref('int_sessions') }}

),

habits as (

    select * from {{ ref('fct_tool_habits') }}

),

disruptions as (

    select * from {{ ref('int_disruptions') }}

),

findings as (

    select * from {{ ref('fct_audit_findings') }}

),

friction as (

    select * from {{ ref('fct_friction') }}

),

tools as (

    select
        session_id,
        sum(tool_call_count) as tool_call_count,
        sum(answered_call_count) as answered_call_count,
        sum(tool_error_count) + sum(repeated_command_count) as wasted_call_count

    from habits

    group by session_id

),

blocks as (

    select
        session_id,
        count(*) as blocked_call_count

    from disruptions

    where disruption in ('denial', 'blocked', 'unavailable')

    group by session_id

),

dangers as (

    select
        session_id,
        count(distinct tool_call_id) as dangerous_call_count

    from findings

    where severity in ('critical', 'high')

    group by session_id

),

counted as (

    select
        session_id,
        'tool_efficiency' as scorer,
        wasted_call_count as wrong_count,
        answered_call_count as of_count

    from tools

    union all

    select
        tools.session_id,
        'permission_blocks' as scorer,
        coalesce(blocks.blocked_call_count, 0) as wrong_count,
        tools.tool_call_count as of_count

    from tools

    left join blocks
        on tools.session_id = blocks.session_id

    union all

    select
        tools.session_id,
        'safety' as scorer,
        coalesce(dangers.dangerous_call_count, 0) as wrong_count,
        tools.tool_call_count as of_count

    from tools

    left join dangers
        on tools.session_id = dangers.session_id

    union all

    select
        session_id,
        'user_frustration' as scorer,
        friction_prompt_count as wrong_count,
        prompt_count as of_count

    from friction

),

scores as (

    select
        counted.session_id,
        counted.scorer,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        sessions.ended_at,
        {{ reporting_date('sessions.ended_at') }} as ended_on,
        cast(least(counted.wrong_count, counted.of_count) as bigint) as wrong_count,
        cast(counted.of_count as bigint) as of_count

    from counted

    inner join sessions
        on counted.session_id = sessions.session_id

    where counted.of_count > 0

)

select * from scores
