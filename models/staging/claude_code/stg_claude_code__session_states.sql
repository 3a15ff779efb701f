{{ config(materialized='ephemeral') }}

with

records as (

    select * from {{ ref('stg_claude_code__side_records') }}

),

states as (

    select
        line_id,
        record_type,
        relocated_to,
        worktree_of,
        worktree,
        continued_in_session_id,
        pull_request_url

    from records

    where record_type in ('relocated', 'worktree-state', 'continued-in', 'pr-link')

)

select * from states
