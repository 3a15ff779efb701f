with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

sizes as (

    select
        tool_calls.tool_call_id,
        tool_calls.session_id,
        md5(calls.tool_input) as input_key,
        md5(results.result_text) as result_key,
        length(results.result_text) as result_characters

    from tool_calls

    inner join blocks as calls
        on tool_calls.call_line_id = calls.line_id
        and tool_calls.call_block_number = calls.block_number

    inner join blocks as results
        on tool_calls.result_line_id = results.line_id
        and tool_calls.result_block_number = results.block_number

    union all

    select
        tool_calls.tool_call_id,
        tool_calls.session_id,
        md5(calls.tool_input) as input_key,
        md5(results.result_text) as result_key,
        length(results.result_text) as result_characters

    from tool_calls

    inner join mu_events as calls
        on tool_calls.call_line_id = calls.line_id

    inner join mu_events as results
        on tool_calls.result_line_id = results.line_id

)

select * from sizes
