{{ config(materialized='view') }}

with

claude_code as (

    select *

    from {{ ref('int_claude_code_lines') }}

    -- What was copied is nobody's work here, be its original landed or not.
    where
        copy_number = 1
        and forked_from_session_id is null

),

mu as (

    select * from {{ ref('int_mu_events') }}

),

unioned as (

    select
        line_id,
        session_id,
        thread_id as task_id,
        logged_at

    from claude_code

    where logged_at is not null

    union all

    select
        line_id,
        session_id,
        owning_task_id as task_id,
        logged_at

    from mu

    where logged_at is not null

)

select * from unioned
