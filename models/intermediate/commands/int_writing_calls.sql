{{ config(materialized='ephemeral') }}

with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

writing_commands as (

    select * from {{ ref('int_writing_commands') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

turned_down as (

    select * from {{ ref('int_calls_turned_down') }}

),

editing_commands as (

    select * from {{ ref('int_editing_commands') }}

),

reading_tools as (

    select * from {{ ref('reading_tools') }}

),

-- Each name once, however often it is called.
asked_tools as (

    select distinct
        tool_kind,
        case when tool_kind = 'mcp' then tool_name else subagent_type end as tool_name

    from tool_calls

    where tool_kind in ('mcp', 'agent')

),

reading as (

    select distinct
        asked_tools.tool_kind,
        asked_tools.tool_name

    from asked_tools

    inner join reading_tools
        on asked_tools.tool_kind = reading_tools.tool_kind
        and {{ matches_regex('asked_tools.tool_name', 'reading_tools.name_pattern') }}

),

-- A sub-agent whose transcript is there speaks for itself.
transcripts as (

    select distinct session_id || '/' || agent_id as task_id

    from {{ ref('int_claude_code_threads') }}

    where agent_id is not null

),

writing_calls as (

    select
        tool_calls.tool_call_id,
        case tool_calls.tool_kind
            when 'mcp' then 'mcp'
            when 'agent' then 'agent'
            else 'command'
        end as written_by,
        editing_commands.tool_call_id is not null as is_edit

    from tool_calls

    left join writing_commands
        on tool_calls.tool_call_id = writing_commands.tool_call_id

    left join turned_down
        on tool_calls.tool_call_id = turned_down.tool_call_id

    left join editing_commands
        on tool_calls.tool_call_id = editing_commands.tool_call_id

    left join reading
        on tool_calls.tool_kind = reading.tool_kind
        and case when tool_calls.tool_kind = 'mcp' then tool_calls.tool_name else tool_calls.subagent_type end
        = reading.tool_name

    left join transcripts
        on tool_calls.session_id || '/' || tool_calls.spawned_agent_id = transcripts.task_id

    left join blocks
        on tool_calls.result_line_id = blocks.line_id
        and tool_calls.result_block_number = blocks.block_number

    where
        turned_down.tool_call_id is null
        and (
            (writing_commands.tool_call_id is not null and tool_calls.is_error is not null)
            or (tool_calls.tool_kind = 'mcp' and reading.tool_name is null and not coalesce(tool_calls.is_error, true))
            or (
                tool_calls.subagent_type is not null
                and transcripts.task_id is null
                and reading.tool_name is null
                and not coalesce(tool_calls.is_error, true)
                and coalesce(blocks.result_edited_file_count, 1) > 0
            )
        )

)

select * from writing_calls
