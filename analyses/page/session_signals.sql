-- What signals see in a session, in order: claims that no tool bears out, instructions that were broken, friction,
-- compactions, sub-agents without use, and what could have been saved.
with

-- By their places: what a refresh wrote last stands together, and the columns of all others are not read.
tool_calls as (

    select
        tool_call_id,
        called_at
    from fct_tool_calls
    where
        rowid in (
            select placed.rowid
            from fct_tool_calls as placed
            where placed.session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
        )

),

seen as (

    select
        session_id,
        claimed_at as seen_at,
        'claims' as signal,
        claim_kind as part,
        claim_verdict as detail,
        cast(null as bigint) as detail_count,
        cast(null as varchar) as cost_kind,
        cast(null as decimal(38, 16)) as cost_usd
    from fct_claims
    where claim_verdict <> 'verified'

    union all

    select
        directives.session_id,
        calls.called_at as seen_at,
        'directives' as signal,
        directives.directive as part,
        'calls' as detail,
        directives.broken_call_count as detail_count,
        null as cost_kind,
        null as cost_usd
    from fct_directives as directives
    left join tool_calls as calls
        on directives.broken_tool_call_id = calls.tool_call_id
    where not directives.is_kept

    union all

    select
        session_id,
        prompted_at as seen_at,
        'friction' as signal,
        mark_kind as part,
        mark as detail,
        null as detail_count,
        null as cost_kind,
        null as cost_usd
    from fct_friction_marks
    where mark_kind <> 'sign_off'

    union all

    select
        session_id,
        compacted_at as seen_at,
        'compactions' as signal,
        compaction_trigger as part,
        'tokens relieved' as detail,
        tokens_before - tokens_after as detail_count,
        cost_kind,
        cost_usd
    from fct_compactions

    union all

    select
        session_id,
        started_at as seen_at,
        'delegations' as signal,
        result_use as part,
        subagent_type as detail,
        null as detail_count,
        null as cost_kind,
        null as cost_usd
    from fct_delegations
    where result_use in ('failed', 'unused')

    union all

    select
        session_id,
        found_at as seen_at,
        'waste' as signal,
        rule as part,
        'tokens' as detail,
        tokens as detail_count,
        cost_kind,
        cost_usd
    from fct_waste

    union all

    select
        session_id,
        judged_at as seen_at,
        'verdicts' as signal,
        criterion as part,
        judge as detail,
        null as detail_count,
        null as cost_kind,
        null as cost_usd
    from fct_judge_verdicts
    where is_wrong

)

select
    session_id,
    seen_at,
    signal,
    part,
    detail,
    detail_count,
    cost_kind,
    cost_usd
from seen
where session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
qualify
    row_number() over (
        partition by session_id
        order by seen_at asc nulls last, signal asc, part asc, detail asc, detail_count asc, cost_usd asc
    ) <= 500
order by
    session_id asc,
    seen_at asc nulls last,
    signal asc,
    part asc,
    detail asc,
    detail_count asc,
    cost_usd asc
