with

compactions as (

    select * from {{ ref('int_compactions') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

steps as (

    select * from {{ ref('fct_context_steps') }}

),

turns as (

    select * from {{ ref('int_turns') }}

),

rereads as (

    select * from {{ ref('int_compaction_rereads') }}

),

costs as (

    select * from {{ ref('int_compaction_costs') }}

),

following as (

    select
        compactions.compaction_id,
        min_by(
            steps.context_tokens, {{ time_key('steps.called_at') }} || lpad(cast(steps.step_number as string), 9, '0')
        ) as context_tokens,
        min(steps.called_at) as called_at

    from compactions

    inner join steps
        on compactions.session_id = steps.session_id
        and compactions.compacted_at <= steps.called_at
        and (compactions.session_id = steps.context_id or compactions.task_id = steps.context_id)

    group by compactions.compaction_id

),

prompted as (

    select
        compactions.compaction_id,
        min(turns.prompted_at) as prompted_at

    from compactions

    inner join turns
        on compactions.session_id = turns.session_id
        and compactions.compacted_at <= turns.prompted_at

    where turns.is_human

    group by compactions.compaction_id

),

measured as (

    select
        compactions.compaction_id,
        compactions.task_id,
        compactions.session_id,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        compactions.compacted_at,
        {{ reporting_date('compactions.compacted_at') }} as compacted_on,
        compactions.compaction_trigger,
        compactions.tokens_before,
        coalesce(compactions.logged_tokens_after, following.context_tokens) as tokens_after,
        case
            when compactions.logged_tokens_after is not null then 'logged'
            when following.context_tokens is not null then 'next_call'
        end as tokens_after_source,
        compactions.compaction_ms,
        case
            when following.called_at is not null then coalesce(prompted.prompted_at > following.called_at, true)
        end as is_mid_task,
        coalesce(rereads.reread_file_count, 0) as reread_file_count,
        costs.cost_kind,
        costs.cost_usd,
        costs.cost_source,
        compactions.predicted_tokens,
        compactions.threshold_tokens,
        compactions.kept_count,
        compactions.dropped_count,
        compactions.summarized_count,
        compactions.failed_count

    from compactions

    inner join sessions
        on compactions.session_id = sessions.session_id

    left join following
        on compactions.compaction_id = following.compaction_id

    left join prompted
        on compactions.compaction_id = prompted.compaction_id

    left join rereads
        on compactions.compaction_id = rereads.compaction_id

    left join costs
        on compactions.compaction_id = costs.compaction_id

),

relieved as (

    select
        *,
        1 - cast(tokens_after as double) / nullif(tokens_before, 0) as relief_share

    from measured

)

select * from relieved
