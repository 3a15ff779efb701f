with

compactions as (

    select * from {{ ref('int_compactions') }}

),

steps as (

    select * from {{ ref('fct_context_steps') }}

),

accesses as (

    select * from {{ ref('fct_file_accesses') }}

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

following as (

    select
        compactions.compaction_id,
        steps.called_at,
        row_number() over (
            partition by compactions.compaction_id order by steps.called_at, steps.step_number
        ) as call_number

    from compactions

    inner join steps
        on compactions.session_id = steps.session_id
        and compactions.compacted_at <= steps.called_at
        and (compactions.session_id = steps.context_id or compactions.task_id = steps.context_id)

),

-- What the calls soon after it asked for was asked for before the next call.
spans as (

    select
        compactions.compaction_id,
        compactions.session_id,
        compactions.task_id,
        compactions.compacted_at,
        coalesce(max(following.called_at), timestamp '9999-12-31 00:00:00') as ended_at

    from compactions

    left join following
        on compactions.compaction_id = following.compaction_id
        and following.call_number = {{ threshold('reread_calls') }} + 1

    group by compactions.compaction_id, compactions.session_id, compactions.task_id, compactions.compacted_at

),

rereads as (

    select
        spans.compaction_id,
        count(distinct after_it.resolved_path) as reread_file_count

    from spans

    inner join accesses as before_it
        on spans.task_id = before_it.task_id
        and spans.compacted_at > before_it.called_at

    inner join accesses as after_it
        on spans.task_id = after_it.task_id
        and before_it.resolved_path = after_it.resolved_path
        and spans.compacted_at <= after_it.called_at
        and spans.ended_at > after_it.called_at

    where
        before_it.access_kind = 'read'
        and after_it.access_kind = 'read'
    group by spans.compaction_id

)

select * from rereads
