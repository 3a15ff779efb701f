{{ config(materialized='ephemeral') }}

with

tool_calls as (

    select *

    from {{ ref('int_tool_calls') }}

    where not coalesce(is_error, true)

),

of_claude_code as (

    select * from {{ ref('stg_claude_code__written_lines') }}

),

of_mu as (

    select * from {{ ref('stg_mu__written_lines') }}

),

task_repositories as (

    select * from {{ ref('int_task_repositories') }}

),

directories as (

    select * from {{ ref('stg_git__directories') }}

),

places as (

    select distinct
        task_id,
        host,
        repository

    from task_repositories

),

-- mu does not log where it works: what it writes may stand in any repository of its host.
host_repositories as (

    select distinct
        host,
        repository

    from directories

    where repository is not null

),

lines as (

    select
        tool_calls.task_id,
        places.host,
        places.repository,
        tool_calls.called_at as written_at,
        {{ each_element('of_claude_code.line_hashes') }} as line_hash

    from tool_calls

    inner join places
        on tool_calls.task_id = places.task_id

    inner join of_claude_code
        on tool_calls.call_line_id = of_claude_code.line_id
        and tool_calls.call_block_number = of_claude_code.block_number

    union all

    select
        tool_calls.task_id,
        host_repositories.host,
        host_repositories.repository,
        tool_calls.called_at as written_at,
        {{ each_element('of_mu.line_hashes') }} as line_hash

    from tool_calls

    inner join of_mu
        on tool_calls.call_line_id = of_mu.line_id

    inner join host_repositories
        on tool_calls.host = host_repositories.host

)

select * from lines
