with

checks as (

    select * from {{ ref('fct_checks') }}

),

operations as (

    select * from {{ ref('int_git_operations') }}

),

commands as (

    select * from {{ ref('fct_commands') }}

    where program = 'git'

),

accesses as (

    select * from {{ ref('fct_file_accesses') }}

    where access_kind = 'write' and not coalesce(is_error, false)

),

evidence_kinds as (

    select * from {{ ref('claim_evidence') }}

),

-- Of checks in one command line only the last may have failed.
calls as (

    select
        tool_call_id,
        count(distinct check_kind) as kind_count

    from checks

    group by tool_call_id

),

told as (

    select
        checks.session_id,
        checks.task_id,
        'check' as evidence_kind,
        checks.check_kind as evidence_name,
        checks.tool_call_id,
        checks.checked_at as seen_at,
        case
            when checks.check_result = 'fail' and calls.kind_count > 1 then 'unclear'
            else checks.check_result
        end as evidence_result,
        cast(null as string) as written_path

    from checks

    inner join calls
        on checks.tool_call_id = calls.tool_call_id

    union all

    select
        session_id,
        task_id,
        'operation' as evidence_kind,
        operation as evidence_name,
        tool_call_id,
        operated_at as seen_at,
        'pass' as evidence_result,
        cast(null as string) as written_path

    from operations

    union all

    select
        session_id,
        task_id,
        'command' as evidence_kind,
        subcommand as evidence_name,
        tool_call_id,
        called_at as seen_at,
        case when is_error then 'fail' when is_error is null then 'unclear' else 'pass' end as evidence_result,
        cast(null as string) as written_path

    from commands

    union all

    select
        session_id,
        task_id,
        'write' as evidence_kind,
        cast(null as string) as evidence_name,
        tool_call_id,
        called_at as seen_at,
        'pass' as evidence_result,
        resolved_path as written_path

    from accesses

),

evidence as (

    select distinct
        told.session_id,
        told.task_id,
        evidence_kinds.claim_kind,
        told.tool_call_id,
        told.seen_at,
        told.evidence_result,
        coalesce(told.written_path, '') as written_path

    from told

    inner join evidence_kinds
        on told.evidence_kind = evidence_kinds.evidence_kind
        and (told.evidence_name = evidence_kinds.evidence_name or evidence_kinds.evidence_name is null)

    where told.seen_at is not null

)

select * from evidence
