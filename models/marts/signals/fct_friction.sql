with

sessions as (

    select * from {{ ref('int_sessions') }}

),

turns as (

    select * from {{ ref('int_turns') }}

    where is_human

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

marks as (

    select * from {{ ref('fct_friction_marks') }}

),

disruptions as (

    select * from {{ ref('int_disruptions') }}

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

prompted as (

    select
        session_id,
        count(*) as prompt_count,
        max_by(turn_id, {{ time_key('prompted_at') }} || turn_id) as last_turn_id

    from turns

    where prompted_at is not null

    group by session_id

),

marked as (

    select
        marks.session_id,
        count(distinct case when marks.mark_kind = 'negative' then marks.turn_id end) as negative_prompt_count,
        count(distinct case when marks.mark_kind = 'correction' then marks.turn_id end) as corrected_prompt_count,
        count(distinct case when marks.mark_kind = 'repeat' then marks.turn_id end) as repeated_prompt_count,
        count(distinct case when marks.mark_kind <> 'sign_off' then marks.turn_id end) as friction_prompt_count,
        max(marks.mark_kind = 'sign_off' and marks.turn_id = prompted.last_turn_id)
        and not max(marks.mark_kind <> 'sign_off' and marks.turn_id = prompted.last_turn_id) as is_signed_off

    from marks

    inner join prompted
        on marks.session_id = prompted.session_id

    group by marks.session_id

),

disrupted as (

    select
        session_id,
        count(case when disruption = 'interrupt' then 1 end) as interrupt_count,
        count(case when disruption = 'denial' then 1 end) as denial_count

    from disruptions

    group by session_id

),

-- Of mu's tasks the last tells how a session ended, of Claude Code's the main thread.
ended as (

    select
        session_id,
        max_by(exit_reason, coalesce({{ time_key('ended_at') }}, '') || task_id) as exit_reason

    from tasks

    where not is_subagent

    group by session_id

),

friction as (

    select
        sessions.session_id,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        sessions.ended_at,
        {{ reporting_date('sessions.ended_at') }} as ended_on,
        prompted.prompt_count,
        coalesce(marked.negative_prompt_count, 0) as negative_prompt_count,
        coalesce(marked.corrected_prompt_count, 0) as corrected_prompt_count,
        coalesce(marked.repeated_prompt_count, 0) as repeated_prompt_count,
        coalesce(marked.friction_prompt_count, 0) as friction_prompt_count,
        coalesce(disrupted.interrupt_count, 0) as interrupt_count,
        coalesce(disrupted.denial_count, 0) as denial_count,
        coalesce(marked.friction_prompt_count, 0) >= {{ threshold('friction_least') }} as has_friction,
        case
            when marked.is_signed_off then 'signed_off'
            when ended.exit_reason in ('operator_stopped', 'unfinished') then 'abrupt'
            else 'plain'
        end as end_kind

    from sessions

    inner join prompted
        on sessions.session_id = prompted.session_id

    left join marked
        on sessions.session_id = marked.session_id

    left join disrupted
        on sessions.session_id = disrupted.session_id

    left join ended
        on sessions.session_id = ended.session_id

)

select * from friction
