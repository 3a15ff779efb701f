with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

turned_down as (

    select * from {{ ref('int_calls_turned_down') }}

),

prompts as (

    select * from {{ ref('int_claude_code_prompts') }}

),

-- A plan that is handed over to a session without its history is logged as one that was turned down.
plans as (

    select
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.host,
        trim(blocks.tool_plan, ' ' || chr(10) || chr(13) || chr(9)) as plan_text,
        tool_calls.ended_at

    from tool_calls

    inner join turned_down
        on tool_calls.tool_call_id = turned_down.tool_call_id

    inner join blocks
        on tool_calls.call_line_id = blocks.line_id
        and tool_calls.call_block_number = blocks.block_number

    where length(trim(blocks.tool_plan)) > 20

),

first_prompts as (

    select
        task_id,
        session_id,
        host,
        min(prompted_at) as prompted_at,
        min_by(prompt_text, {{ time_key('prompted_at') }} || prompt_id) as prompt_text

    from prompts

    where agent_id is null

    group by
        task_id,
        session_id,
        host

),

handovers as (

    select
        plans.task_id,
        min_by(
            first_prompts.task_id, {{ time_key('first_prompts.prompted_at') }} || first_prompts.task_id
        ) as successor_task_id,
        min(first_prompts.prompted_at) as handed_over_at

    from plans

    inner join first_prompts
        on plans.host = first_prompts.host
        and plans.session_id <> first_prompts.session_id
        and first_prompts.prompted_at >= plans.ended_at - interval '5 seconds'
        and first_prompts.prompted_at <= plans.ended_at + interval '60 seconds'
        and contains(first_prompts.prompt_text, plans.plan_text)

    group by plans.task_id

)

select * from handovers
