with

verdicts as (

    select * from {{ ref('int_judge_verdicts') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

labels as (

    select * from {{ ref('fct_outcome_labels') }}

),

classes as (

    select * from {{ ref('outcome_classes') }}

),

-- What people say of a session's main thread.
labelled as (

    select
        labels.session_id,
        max(classes.outcome_result) as outcome_result

    from labels

    inner join classes
        on labels.label = classes.outcome_class

    where
        not labels.is_subagent
        and classes.outcome_result in ('success', 'failure')

    group by labels.session_id

    having count(distinct classes.outcome_result) = 1

),

told as (

    select
        verdicts.session_id,
        verdicts.judge,
        verdicts.criterion,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        sessions.ended_at,
        {{ reporting_date('sessions.ended_at') }} as ended_on,
        verdicts.holds,
        verdicts.is_wrong,
        verdicts.severity,
        verdicts.confidence,
        verdicts.rejected_for,
        -- Where what a person says of the session bears on it.
        verdicts.holds = (labelled.outcome_result = verdicts.agrees_with) as agrees,
        verdicts.prompt_hash,
        verdicts.prompt_tokens,
        verdicts.judged_at

    from verdicts

    inner join sessions
        on verdicts.session_id = sessions.session_id

    left join labelled
        on verdicts.session_id = labelled.session_id

)

select * from told
