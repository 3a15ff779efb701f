with

commands as (

    select * from {{ ref('int_commands') }}

),

recognizers as (

    select * from {{ ref('check_recognizers') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

-- A script's single commands, without what sets their environment; of long ones the beginning.
segments as (

    select
        tool_call_id,
        left(
            {{ replace_regex(
                "trim(" ~ each_part(replace_regex('script', "'[;&|(\n]+'", 'chr(31)'), 'chr(31)') ~ ")",
                "'^(?:[A-Za-z_]+=\S* +|(?:time|rtk|exec|then|do|sudo) +)+'",
                "''"
            ) }},
            100
        ) as segment

    from commands

),

distinct_segments as (

    select distinct segment from segments

),

-- The word first: an expression costs more. Each segment once, however often it is run.
recognized as (

    select
        distinct_segments.segment,
        recognizers.recognizer,
        recognizers.check_kind,
        recognizers.pass_pattern,
        recognizers.fail_pattern,
        recognizers.is_silent_when_passing

    from distinct_segments

    inner join recognizers
        on contains(distinct_segments.segment, recognizers.keyword)

    where {{ matches_regex('distinct_segments.segment', "'^(?:' || recognizers.command_pattern || ')'") }}

),

runs as (

    select distinct
        segments.tool_call_id,
        recognized.recognizer,
        recognized.check_kind,
        recognized.pass_pattern,
        recognized.fail_pattern,
        recognized.is_silent_when_passing

    from segments

    inner join recognized
        on segments.segment = recognized.segment

),

results as (

    select
        runs.*,
        commands.task_id,
        commands.line_id,
        commands.script,
        commands.called_at,
        commands.is_error,
        blocks.result_denial_kind,
        count(*) over (partition by runs.tool_call_id) = 1
        and not {{ matches_regex('commands.script', "'&&|;|\\n|\\|\\|'") }} as is_single,
        -- Without the lines that only say where the shell is and that there was nothing to say.
        trim({{ replace_regex(
            "coalesce(blocks.result_text, mu_events.result_text, '')",
            "'(?m)^(?:Shell cwd was reset to .*|\\(?Bash completed with no output\\)?)$'",
            "''"
        ) }}, ' ' || chr(10)) as said

    from runs

    inner join commands
        on runs.tool_call_id = commands.tool_call_id

    left join blocks
        on commands.result_line_id = blocks.line_id
        and commands.result_block_number = blocks.block_number

    left join mu_events
        on commands.result_line_id = mu_events.line_id

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
            when is_silent_when_passing and not {{ matches_regex('script', "'\\||;|\\n'") }} then 'pass'
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
