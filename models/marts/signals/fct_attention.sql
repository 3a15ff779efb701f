with

sessions as (

    select * from {{ ref('fct_sessions') }}

),

outcome_classes as (

    select * from {{ ref('outcome_classes') }}

),

ends as (

    select * from {{ ref('int_session_ends') }}

),

findings as (

    select * from {{ ref('fct_audit_findings') }}

),

degraded as (

    select * from {{ ref('degraded_stop_reasons') }}

),

dear as (

    select * from {{ ref('int_dear_sessions') }}

),

habits as (

    select * from {{ ref('fct_tool_habits') }}

),

friction as (

    select * from {{ ref('fct_friction') }}

),

claims as (

    select * from {{ ref('fct_claims') }}

    where claim_verdict in ('contradicted', 'unsupported')

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

signals as (

    select * from {{ ref('attention_signals') }}

),

found as (

    select
        sessions.session_id,
        'failed_outcome' as signal,
        1 as evidence_count

    from sessions

    inner join outcome_classes
        on sessions.outcome_class = outcome_classes.outcome_class

    where outcome_classes.outcome_result = 'failure'

    union all

    select
        session_id,
        'failing_check' as signal,
        1 as evidence_count

    from ends

    where last_check_result = 'fail'

    union all

    select
        session_id,
        'low_rating' as signal,
        1 as evidence_count

    from sessions

    where operator_rating <= 2

    union all

    select
        session_id,
        severity || '_finding' as signal,
        count(*) as evidence_count

    from findings

    where severity in ('critical', 'high')

    group by session_id, severity

    union all

    select
        ends.session_id,
        'degraded_end' as signal,
        1 as evidence_count

    from ends

    inner join degraded
        on ends.last_stop_reason = degraded.stop_reason

    union all

    select
        session_id,
        'dear' as signal,
        count(*) as evidence_count

    from dear

    group by session_id

    union all

    select
        session_id,
        'error_streak' as signal,
        max(longest_error_streak) as evidence_count

    from habits

    where longest_error_streak >= {{ threshold('error_streak') }}

    group by session_id

    union all

    select
        session_id,
        'edit_loop' as signal,
        sum(edit_loop_count) as evidence_count

    from habits

    where edit_loop_count > 0

    group by session_id

    union all

    select
        session_id,
        'full_context' as signal,
        1 as evidence_count

    from ends

    where last_fullness = 'full'

    union all

    select
        session_id,
        'friction' as signal,
        friction_prompt_count as evidence_count

    from friction

    where has_friction

    union all

    select
        session_id,
        claim_verdict || '_claim' as signal,
        count(*) as evidence_count

    from claims

    group by session_id, claim_verdict

),

attention as (

    select
        found.session_id,
        found.signal,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        sessions.ended_at,
        signals.points,
        cast(found.evidence_count as bigint) as evidence_count

    from found

    inner join signals
        on found.signal = signals.signal

    inner join sessions
        on found.session_id = sessions.session_id

)

select * from attention
