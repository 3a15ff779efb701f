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
        max(coalesce(program in ('cat', 'tail', 'head', 'grep', 'rg', 'sed', 'awk', 'less'), false)) as shows_a_file,
        max(case when {{ matches_regex('operator', "';|\\n|\\|\\|'") }} then command_number end)
            as last_number_after_any

    from commands

    group by tool_call_id

),

-- What a command writes into a pipe ends with the pipe's own exit code.
piped as (

    select
        tool_call_id,
        command_number - 1 as command_number

    from commands

    where {{ matches_regex('operator', "'^\\|&?$'") }}

),

runs as (

    select
        check_commands.tool_call_id,
        recognizers.recognizer,
        recognizers.check_kind,
        recognizers.pass_pattern,
        recognizers.fail_pattern,
        recognizers.is_silent_when_passing,
        coalesce(lines.is_sequence, false) as is_in_sequence,
        -- What follows only where it passed hides nothing: the line would have ended there.
        max(
            piped.tool_call_id is not null
            or coalesce(lines.last_number_after_any > check_commands.command_number, false)
        ) as hides_a_failure,
        check_commands.is_kept_in_a_file and not lines.shows_a_file as says_nothing

    from check_commands

    inner join recognizers
        on check_commands.recognizer = recognizers.recognizer

    inner join lines
        on check_commands.tool_call_id = lines.tool_call_id

    left join piped
        on check_commands.tool_call_id = piped.tool_call_id
        and check_commands.command_number = piped.command_number

    group by
        check_commands.tool_call_id,
        recognizers.recognizer,
        recognizers.check_kind,
        recognizers.pass_pattern,
        recognizers.fail_pattern,
        recognizers.is_silent_when_passing,
        coalesce(lines.is_sequence, false),
        check_commands.is_kept_in_a_file and not lines.shows_a_file

)

select * from runs
