{{ config(materialized='ephemeral') }}

with

commands as (

    select * from {{ ref('int_shell_commands') }}

),

check_commands as (

    select * from {{ ref('int_check_commands') }}

),

read_only_commands as (

    select * from {{ ref('read_only_commands') }}

),

checks as (

    select distinct
        tool_call_id,
        command_number

    from check_commands

),

-- Of what is run for its words alone, nothing is written, nor by a check that is not told to mend; all else may write.
judged_commands as (

    select
        commands.tool_call_id,
        coalesce(one_word.command_words, two_words.command_words, with_option.command_words) is not null
        or commands.runs_script
        or {{ matches_regex('commands.bare_command', "' -{2}(?:help|version)(?: |$)'") }}
        or (commands.program is null and {{ runs_nothing('commands.bare_command', 'commands.operator') }})
        or checks.tool_call_id is not null as is_read_only_by_name,
        checks.tool_call_id is not null
        and {{ matches_regex(
            'commands.bare_command',
            "' (?:-{2}(?:fix|write|apply|in-?place|update(?:-?snapshots?)?|unsafe-fixes)\\b|-[uw]\\b)'"
        ) }} as is_told_to_mend,
        -- What goes into a directory that is emptied is a trial.
        {{ matches_regex(
            'commands.bare_command',
            "'^(?:(?:rm|mkdir|rmdir|touch|tee|mv|chmod)(?: -\\S+)*(?: " ~ scratch_path() ~ ")+|cp .* "
            ~ scratch_path() ~ ")$'"
        ) }} as is_a_trial,
        {{ matches_regex(
            replace_regex('commands.bare_command', "'[0-9&]*>>? *(?:/dev/null|" ~ scratch_path() ~ ")'", "''"),
            "'(?:^|[^0-9&<>=-])>>? *[^&> ]'"
        ) }} as is_redirected,
        {{ matches_regex('commands.bare_command', "'^sed .*(?:-i|-{2}in-place)\\b'") }} as is_in_place

    from commands

    left join read_only_commands as one_word
        on commands.program = one_word.command_words

    left join read_only_commands as two_words
        on commands.program || ' ' || coalesce(commands.subcommand, split_part(commands.bare_command, ' ', 2))
        = two_words.command_words

    -- What a program does with an option alone: bash -n FILE reads, whatever the file is called.
    left join read_only_commands as with_option
        on commands.program || ' ' || split_part(commands.bare_command, ' ', 2) = with_option.command_words

    left join checks
        on commands.tool_call_id = checks.tool_call_id
        and commands.command_number = checks.command_number

),

writing_commands as (

    select distinct tool_call_id

    from judged_commands

    where
        (not is_read_only_by_name and not is_a_trial)
        or is_told_to_mend
        or is_redirected
        or is_in_place

)

select * from writing_commands
