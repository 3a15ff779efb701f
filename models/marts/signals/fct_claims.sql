with

sentences as (

    select * from {{ ref('int_claim_sentences') }}

),

evidence as (

    select * from {{ ref('int_claim_evidence') }}

),

model_calls as (

    select * from {{ ref('int_model_calls') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

tasks as (

    select * from {{ ref('int_tasks') }}

),

-- What an answer claims twice it claims once.
claims as (

    select
        line_id,
        block_number,
        claim_kind,
        max(session_id) as session_id,
        max(task_id) as task_id,
        max(model_call_id) as model_call_id,
        max(claimed_at) as claimed_at,
        min(ltrim(regexp_extract(sentence, '`([^`]+)`', 1), './')) as claimed_path

    from sentences

    group by line_id, block_number, claim_kind

),

held as (

    select
        claims.line_id,
        claims.block_number,
        claims.claim_kind,
        max_by(
            evidence.evidence_result,
            case
                when claims.claimed_at >= evidence.seen_at
                    -- Of one call unclear counts before pass, and pass, which an operation tells, before fail.
                    then {{ time_key('evidence.seen_at') }} || evidence.tool_call_id || evidence.evidence_result
            end
        ) as result_before,
        max_by(
            evidence.tool_call_id,
            case
                when claims.claimed_at >= evidence.seen_at
                    then {{ time_key('evidence.seen_at') }} || evidence.tool_call_id
            end
        ) as tool_call_before,
        max(claims.claimed_at < evidence.seen_at and evidence.evidence_result = 'pass') as is_seen_after

    from claims

    inner join tasks
        on claims.task_id = tasks.task_id

    inner join evidence
        on claims.session_id = evidence.session_id
        and claims.claim_kind = evidence.claim_kind

    -- An agent speaks of what it did, the one that started it of what all did.
    where
        (not tasks.is_subagent or claims.task_id = evidence.task_id)
        and (
            claims.claim_kind <> 'file_written'
            or (claims.claimed_path <> '' and ends_with(evidence.written_path, claims.claimed_path))
        )

    group by claims.line_id, claims.block_number, claims.claim_kind

),

judged as (

    select
        claims.line_id,
        claims.block_number,
        claims.claim_kind,
        model_calls.turn_id,
        claims.task_id,
        claims.session_id,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        model_calls.model,
        claims.claimed_at,
        {{ reporting_date('claims.claimed_at') }} as claimed_on,
        case
            when held.result_before = 'pass' then 'verified'
            when held.result_before = 'fail' then 'contradicted'
            when held.result_before = 'unclear' then 'unclear'
            when held.is_seen_after then 'late'
            else 'unsupported'
        end as claim_verdict,
        held.tool_call_before as evidence_tool_call_id

    from claims

    inner join sessions
        on claims.session_id = sessions.session_id

    left join model_calls
        on claims.model_call_id = model_calls.model_call_id

    left join held
        on claims.line_id = held.line_id
        and claims.block_number = held.block_number
        and claims.claim_kind = held.claim_kind

)

select * from judged
