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
        left(bare_command, 100) as segment

    from commands

),

-- How the commands of a line hang together, which is what its exit code and its silence are worth.
lines as (

    select
        tool_call_id,
        max({{ matches_regex('operator', "'&&|;|\\n|\\|\\|'") }}) as is_sequence,
        max({{ matches_regex('operator', "'\\||;|\\n'") }}) as hides_a_failure

    from commands

    group by tool_call_id

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

    where {{ matches_regex('distinct_segments.segment', "'^(?:[^\\s=]*/)?(?:' || recognizers.command_pattern || ')'") }}

),

runs as (

    select distinct
        segments.tool_call_id,
        recognized.recognizer,
        recognized.check_kind,
        recognized.pass_pattern,
        recognized.fail_pattern,
        recognized.is_silent_when_passing,
        coalesce(lines.is_sequence, false) as is_in_sequence,
        coalesce(lines.hides_a_failure, false) as hides_a_failure

    from segments

    inner join recognized
        on segments.segment = recognized.segment

    inner join lines
        on segments.tool_call_id = lines.tool_call_id

)

select * from runs
