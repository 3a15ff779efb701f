-- What went on inside the turns of a session: how full the window was at the end of each, the pause before it, what was
-- compacted in it, what its answers claimed. A compaction is in the last turn of its task that had begun before it.
with

turns as (

    select
        turn_id,
        task_id,
        coalesce(prompted_at, timestamp '0001-01-01') as began_at,
        lead(prompted_at) over (partition by task_id order by turn_number) as next_began_at

    from fct_turns

    where session_id = $session_id

),

steps as (

    select
        turn_id,
        max_by(window_share, step_number) as window_share

    from fct_context_steps

    where session_id = $session_id

    group by turn_id

),

pauses as (

    select
        turn_id,
        max(duration_ms) as pause_ms

    from fct_timings

    where
        session_id = $session_id
        and timing_kind = 'pause'

    group by turn_id

),

compactions as (

    select
        turns.turn_id,
        list(
            struct_pack(
                compaction_trigger := fct_compactions.compaction_trigger,
                tokens_before := fct_compactions.tokens_before,
                tokens_after := fct_compactions.tokens_after
            )
            order by fct_compactions.compacted_at
        ) as compactions

    from fct_compactions

    inner join turns
        on fct_compactions.task_id = turns.task_id
        and fct_compactions.compacted_at >= turns.began_at
        and (fct_compactions.compacted_at < turns.next_began_at or turns.next_began_at is null)

    group by turns.turn_id

),

claims as (

    select
        turn_id,
        list(
            struct_pack(claim_kind := claim_kind, claim_verdict := claim_verdict)
            order by claimed_at, claim_kind
        ) as claims

    from fct_claims

    where session_id = $session_id

    group by turn_id

)

select
    turns.turn_id,
    steps.window_share,
    pauses.pause_ms,
    coalesce(compactions.compactions, []) as compactions,
    coalesce(claims.claims, []) as claims

from turns

left join steps
    on turns.turn_id = steps.turn_id

left join pauses
    on turns.turn_id = pauses.turn_id

left join compactions
    on turns.turn_id = compactions.turn_id

left join claims
    on turns.turn_id = claims.turn_id
