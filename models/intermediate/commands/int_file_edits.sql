with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

commands as (

    select * from {{ ref('int_commands') }}

),

read_only_commands as (

    select * from {{ ref('read_only_commands') }}

),

segments as (

    select
        tool_call_id,
        trim({{ each_part(replace_regex('script', "'[;&|\\n]+'", "chr(31)"), 'chr(31)') }}) as segment

    from commands

    where is_error is not null

),

-- Of what is run for its words alone, nothing is written; all else may write.
writing_commands as (

    select distinct segments.tool_call_id

    from segments

    left join read_only_commands as one_word
        on split_part(segments.segment, ' ', 1) = one_word.command_words

    left join read_only_commands as two_words
        on split_part(segments.segment, ' ', 1) || ' ' || split_part(segments.segment, ' ', 2) = two_words.command_words

    where
        segments.segment <> ''
        and (
            (one_word.command_words is null and two_words.command_words is null)
            or {{ matches_regex('segments.segment', "'(?:^|[^0-9&<>=-])>>? *[^&> ]'") }}
            or {{ matches_regex('segments.segment', "'^sed .*(?:-i|-{2}in-place)\\b'") }}
        )
        and not {{ matches_regex('segments.segment', "'> */dev/null'") }}

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
        commands.tool_call_id,
        commands.task_id,
        commands.session_id,
        commands.call_line_id as line_id,
        'command' as edited_by,
        cast(null as varchar) as file_path,
        commands.called_at as edited_at

    from commands

    inner join writing_commands
        on commands.tool_call_id = writing_commands.tool_call_id

)

select * from edits
