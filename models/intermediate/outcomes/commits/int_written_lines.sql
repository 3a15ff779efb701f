{{ config(materialized='ephemeral') }}

with

tool_calls as (

    select *

    from {{ ref('int_tool_calls') }}

    where not coalesce(is_error, true)

),

written_lines as (

    select * from {{ ref('stg_claude_code__written_lines') }}

),

task_repositories as (

    select * from {{ ref('int_task_repositories') }}

),

places as (

    select distinct
        task_id,
        host,
        repository

    from task_repositories

),

lines as (

    select
        tool_calls.task_id,
        places.host,
        places.repository,
        tool_calls.called_at as written_at,
        {{ each_element('written_lines.line_hashes') }} as line_hash

    from tool_calls

    inner join places
        on tool_calls.task_id = places.task_id

    inner join written_lines
        on tool_calls.call_line_id = written_lines.line_id
        and tool_calls.call_block_number = written_lines.block_number

)

select * from lines
