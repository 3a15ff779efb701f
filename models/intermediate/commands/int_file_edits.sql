with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

commands as (

    select * from {{ ref('int_shell_commands') }}

),

read_only_commands as (

    select * from {{ ref('read_only_commands') }}

),

-- Of what is run for its words alone, nothing is written; all else may write.
judged_commands as (

    select
        commands.tool_call_id,
        coalesce(one_word.command_words, two_words.command_words) is not null
        or commands.runs_script
        or (commands.program is null and {{ runs_nothing('commands.bare_command', 'commands.operator') }})
            as is_read_only,
        {{ matches_regex(
            replace_regex('commands.bare_command', "'[0-9&]*>>? */dev/null'", "''"),
            "'(?:^|[^0-9&<>=-])>>? *[^&> ]'"
        ) }} as is_redirected,
        {{ matches_regex('commands.bare_command', "'^sed .*(?:-i|-{2}in-place)\\b'") }} as is_in_place

    from commands

    left join read_only_commands as one_word
        on commands.program = one_word.command_words

    left join read_only_commands as two_words
        on commands.program || ' ' || coalesce(commands.subcommand, split_part(commands.bare_command, ' ', 2))
        = two_words.command_words

),

writing_commands as (

    select distinct tool_call_id

    from judged_commands

    where
        not is_read_only
        or is_redirected
        or is_in_place

),

edits as (

    select
        tool_call_id,
        task_id,
        session_id,
        call_line_id as line_id,
        'tool' as edited_by,
        file_path,
        called_at as edited_at

    from tool_calls

    where
        tool_kind in ('edit', 'write')
        and file_path is not null
        and not coalesce(is_error, true)

    union all

    select
        tool_calls.tool_call_id,
        tool_calls.task_id,
        tool_calls.session_id,
        tool_calls.call_line_id as line_id,
        'command' as edited_by,
        cast(null as varchar) as file_path,
        tool_calls.called_at as edited_at

    from tool_calls

    inner join writing_commands
        on tool_calls.tool_call_id = writing_commands.tool_call_id

    where tool_calls.is_error is not null

)

select * from edits
