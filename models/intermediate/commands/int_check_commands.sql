with

commands as (

    select * from {{ ref('int_shell_commands') }}

),

recognizers as (

    select * from {{ ref('check_recognizers') }}

),

-- Of long ones the beginning.
segments as (

    select
        tool_call_id,
        command_number,
        left(bare_command, 100) as segment,
        {{ matches_regex(
            replace_regex('bare_command', "'[0-9&]*>>? */dev/null'", "''"), "'(?:^|[^0-9&<>=-])>>? *[^&> ]'"
        ) }} as is_kept_in_a_file

    from commands

),

distinct_segments as (

    select distinct segment from segments

),

-- The word first: an expression costs more. Each segment once, however often it is run.
recognized as (

    select
        distinct_segments.segment,
        recognizers.recognizer

    from distinct_segments

    inner join recognizers
        on contains(distinct_segments.segment, recognizers.keyword)

    where {{ matches_regex('distinct_segments.segment', "'^(?:[^\\s=]*/)?(?:' || recognizers.command_pattern || ')'") }}

),

check_commands as (

    select
        segments.tool_call_id,
        segments.command_number,
        recognized.recognizer,
        segments.is_kept_in_a_file

    from segments

    inner join recognized
        on segments.segment = recognized.segment

)

select * from check_commands
