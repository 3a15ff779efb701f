{{ config(materialized='ephemeral') }}

with

runs as (

    select * from {{ ref('int_check_runs') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

turned_down as (

    select * from {{ ref('int_calls_turned_down') }}

),

results as (

    select
        runs.*,
        runs.tool_call_id || ':' || runs.check_kind as check_id,
        tool_calls.task_id,
        coalesce(tool_calls.result_line_id, tool_calls.call_line_id) as line_id,
        tool_calls.called_at,
        tool_calls.is_error,
        count(*) over (partition by runs.tool_call_id) = 1 and not runs.is_in_sequence as is_single,
        -- Without the lines that only say where the shell is and that there was nothing to say.
        trim({{ replace_regex(
            "coalesce(blocks.result_text, mu_events.result_text, '')",
            "'(?m)^(?:Shell cwd was reset to .*|\\(?Bash completed with no output\\)?)$'",
            "''"
        ) }}, ' ' || chr(10)) as said

    from runs

    inner join tool_calls
        on runs.tool_call_id = tool_calls.tool_call_id

    left join blocks
        on tool_calls.result_line_id = blocks.line_id
        and tool_calls.result_block_number = blocks.block_number

    left join mu_events
        on tool_calls.result_line_id = mu_events.line_id

    left join turned_down
        on runs.tool_call_id = turned_down.tool_call_id

    where turned_down.tool_call_id is null

)

select * from results
