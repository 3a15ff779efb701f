with

backfilled as (

    select * from {{ ref('stg_backfill__outcomes') }}

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

outcomes as (

    select * from {{ ref('int_task_outcomes') }}

),

labels as (

    select
        backfilled.task_id,
        tasks.session_id,
        tasks.fleet,
        tasks.host,
        tasks.account,
        sessions.project,
        tasks.is_subagent,
        backfilled.outcome_class as label,
        backfilled.source_file as label_source,
        outcomes.rule_outcome_class,
        outcomes.rule_outcome_confidence,
        outcomes.rule_outcome_rule,
        outcomes.rule_outcome_class <> 'unobserved' as is_decided,
        outcomes.rule_outcome_class = backfilled.outcome_class as agrees,
        tasks.ended_at,
        backfilled.observed_at as labelled_at

    from backfilled

    inner join tasks
        on backfilled.task_id = tasks.task_id

    inner join outcomes
        on backfilled.task_id = outcomes.task_id

    left join sessions
        on tasks.session_id = sessions.session_id

)

select * from labels
