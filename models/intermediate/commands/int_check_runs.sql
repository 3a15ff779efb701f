with

commands as (

    select * from {{ ref('int_shell_commands') }}

),

check_commands as (

    select * from {{ ref('int_check_commands') }}

),

recognizers as (

    select * from {{ ref('check_recognizers') }}

),

-- How the commands of a line hang together, which is what its exit code and its silence are worth.
lines as (

    select
        tool_call_id,
        max({{ matches_regex('operator', "'&&|;|\\n|\\|\\|'") }}) as is_sequence,
        max({{ matches_regex('operator', "'\\||;|\\n'") }}) as hides_a_failure,
        max(coalesce(program in ('cat', 'tail', 'head', 'grep', 'rg', 'sed', 'awk', 'less'), false)) as shows_a_file

    from commands

    group by tool_call_id

),

runs as (

    select distinct
        check_commands.tool_call_id,
        recognizers.recognizer,
        recognizers.check_kind,
        recognizers.pass_pattern,
        recognizers.fail_pattern,
        recognizers.is_silent_when_passing,
        coalesce(lines.is_sequence, false) as is_in_sequence,
        coalesce(lines.hides_a_failure, false) as hides_a_failure,
        check_commands.is_kept_in_a_file and not lines.shows_a_file as says_nothing

    from check_commands

    inner join recognizers
        on check_commands.recognizer = recognizers.recognizer

    inner join lines
        on check_commands.tool_call_id = lines.tool_call_id

)

select * from runs
