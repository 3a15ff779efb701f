with

claude_code_notes as (

    select * from {{ ref('stg_claude_code__context_notes') }}

),

lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

mu_notes as (

    select * from {{ ref('stg_mu__context_notes') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

compactions as (

    select
        lines.line_id as compaction_id,
        lines.session_id,
        lines.thread_id as task_id,
        lines.logged_at as compacted_at,
        coalesce(notes.compaction_trigger, 'unknown') as compaction_trigger,
        notes.tokens_before,
        notes.tokens_after as logged_tokens_after,
        notes.compaction_ms,
        cast(null as bigint) as predicted_tokens,
        cast(null as bigint) as threshold_tokens,
        cast(null as bigint) as kept_count,
        cast(null as bigint) as dropped_count,
        cast(null as bigint) as summarized_count,
        cast(null as bigint) as failed_count

    from claude_code_notes as notes

    inner join lines
        on notes.line_id = lines.line_id

    -- What a fork copied was compacted in the session that it is of.
    where
        notes.note_kind = 'compaction'
        and lines.copy_number = 1
        and lines.forked_from_session_id is null

    union all

    select
        mu_events.line_id as compaction_id,
        mu_events.session_id,
        mu_events.owning_task_id as task_id,
        mu_events.logged_at as compacted_at,
        coalesce(notes.policy_id, 'unknown') as compaction_trigger,
        notes.tokens_before,
        notes.tokens_after as logged_tokens_after,
        notes.compaction_ms,
        notes.predicted_tokens,
        notes.threshold_tokens,
        notes.kept_count,
        notes.dropped_count,
        notes.summarized_count,
        notes.failed_count

    from mu_notes as notes

    inner join mu_events
        on notes.line_id = mu_events.line_id

    where notes.note_kind = 'compaction'

),

in_order as (

    select
        *,
        lag(compacted_at) over (partition by session_id order by compacted_at, compaction_id) as compacted_before_at

    from compactions

)

select * from in_order
