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

results as (

    select
        runs.*,
        tool_calls.task_id,
        coalesce(tool_calls.result_line_id, tool_calls.call_line_id) as line_id,
        tool_calls.called_at,
        tool_calls.is_error,
        blocks.result_denial_kind,
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

),

judged as (

    select
        *,
        case
            when is_error is null or result_denial_kind is not null then 'unclear'
            when said like '%running in background%' then 'unclear'
            -- The end first, where a run sums itself up: what it says before may tell of failures that were tested for.
            when {{ matches_regex('right(said, 300)', 'fail_pattern') }} then 'fail'
            when {{ matches_regex('right(said, 300)', 'pass_pattern') }} then 'pass'
            when {{ matches_regex('said', 'fail_pattern') }} then 'fail'
            when {{ matches_regex('said', 'pass_pattern') }} then 'pass'
            when is_error and {{ matches_regex(
                'said',
                "'(?i)(?:command|script) not found|missing script|unrecognized subcommand|not recognized|tool_use_error'"
            ) }} then 'unclear'
            when is_single and (is_error or {{ matches_regex('said', "'^Exit code [1-9]'") }}) then 'fail'
            when is_error then 'unclear'
            when is_silent_when_passing and said = '' then 'pass'
            when is_silent_when_passing and not hides_a_failure then 'pass'
            else 'unclear'
        end as check_result

    from results

),

checks as (

    select
        tool_call_id || ':' || check_kind as check_id,
        task_id,
        tool_call_id,
        line_id,
        check_kind,
        -- One command may run several checks of a kind: it fails with any of them.
        case
            when max(case when check_result = 'fail' then 1 else 0 end) = 1 then 'fail'
            when max(case when check_result = 'unclear' then 1 else 0 end) = 1 then 'unclear'
            else 'pass'
        end as check_result,
        min(recognizer) as recognizer,
        called_at as checked_at

    from judged

    group by
        task_id,
        tool_call_id,
        line_id,
        check_kind,
        called_at

)

select * from checks
