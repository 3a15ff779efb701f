-- Which sessions a signal is about: how much of what it counts (part) each has, and out of how many.
with

sessions as (

    select
        session_id,
        left(sha256(session_id), 16) as session_key
    from page_sessions

),

found as (

    select
        'claims' as signal,
        claim_kind as part,
        session_id,
        count(*) filter (where claim_verdict in ('contradicted', 'unsupported')) as counted_count,
        count(*) as of_count
    from fct_claims
    group by all

    union all

    select
        'directives' as signal,
        directive as part,
        session_id,
        broken_call_count as counted_count,
        call_count as of_count
    from fct_directives

    union all

    select
        'friction' as signal,
        end_kind as part,
        session_id,
        friction_prompt_count as counted_count,
        prompt_count as of_count
    from fct_friction

    union all

    select
        'delegations' as signal,
        result_use as part,
        session_id,
        count(*) as counted_count,
        null as of_count
    from fct_delegations
    group by all

    union all

    select
        'subagents' as signal,
        subagent_type as part,
        session_id,
        count(*) as counted_count,
        null as of_count
    from fct_delegations
    group by all

    union all

    select
        'compactions' as signal,
        compaction_trigger as part,
        session_id,
        count(*) as counted_count,
        null as of_count
    from fct_compactions
    group by all

    union all

    select
        'recalls' as signal,
        recall_source as part,
        session_id,
        count(*) as counted_count,
        null as of_count
    from fct_recalls
    group by all

    union all

    select
        'waste' as signal,
        rule as part,
        session_id,
        count(*) as counted_count,
        null as of_count
    from fct_waste
    group by all

    union all

    select
        'scores' as signal,
        scorer as part,
        session_id,
        cast(sum(wrong_count) as bigint) as counted_count,
        cast(sum(of_count) as bigint) as of_count
    from fct_scores
    group by all

    union all

    select
        'verdicts' as signal,
        criterion as part,
        session_id,
        count(*) filter (where is_wrong) as counted_count,
        count(is_wrong) as of_count
    from fct_judge_verdicts
    group by all

    union all

    select
        'stops' as signal,
        stop_reason as part,
        session_id,
        cast(sum(model_call_count) as bigint) as counted_count,
        null as of_count
    from fct_stop_reasons
    where is_degraded
    group by all

    union all

    select
        'contexts' as signal,
        fullness as part,
        session_id,
        count(*) as counted_count,
        null as of_count
    from fct_context_steps
    where fullness in ('full', 'high')
    group by all

    union all

    select
        'cache' as signal,
        cache_outcome as part,
        session_id,
        count(*) as counted_count,
        null as of_count
    from fct_cache_economics
    where cache_outcome <> 'kept'
    group by all

    union all

    select
        'rates' as signal,
        metric as part,
        session_id,
        cast(sum(counted_count) as bigint) as counted_count,
        cast(sum(observed_count) as bigint) as of_count
    from fct_task_rates
    group by all

    union all

    select
        'tools' as signal,
        tool_name as part,
        session_id,
        tool_error_count as counted_count,
        tool_call_count as of_count
    from fct_tool_habits

)

select
    found.signal,
    found.part,
    sessions.session_key,
    found.counted_count,
    found.of_count
from found
inner join sessions
    on found.session_id = sessions.session_id
where found.counted_count > 0
order by
    found.signal,
    found.part,
    sessions.session_key
