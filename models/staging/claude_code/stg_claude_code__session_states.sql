{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

parsed as (

    select
        {{ line_id() }} as line_id,
        record_type,
        {{ parse_json(
            line_json(),
            '{"relocatedCwd": "VARCHAR", "worktreeSession": {"originalCwd": "VARCHAR", "worktreePath": "VARCHAR", "worktreeBranch": "VARCHAR"}, "continuedInSessionId": "VARCHAR", "prUrl": "VARCHAR"}'
        ) }} as line

    from landed

    where
        line_status <> 'rejected'
        and record_type in ('relocated', 'worktree-state', 'continued-in', 'pr-link')

),

states as (

    select
        line_id,
        record_type,
        {{ logged_id('line.relocatedcwd') }} as relocated_to,
        {{ logged_id('line.worktreesession.originalcwd') }} as worktree_of,
        {{ logged_id('line.worktreesession.worktreepath') }} as worktree,
        {{ logged_id('line.continuedinsessionid') }} as continued_in_session_id,
        {{ logged_id('line.prurl') }} as pull_request_url

    from parsed

)

select * from states
