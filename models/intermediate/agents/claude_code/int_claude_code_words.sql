with

messages as (

    select * from {{ ref('int_claude_code_messages') }}

),

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

local_commands as (

    select * from {{ ref('local_commands') }}

),

-- Lines below which Claude Code itself says what a command printed.
printed as (

    select distinct parent_uuid

    from messages

    where
        starts_with(rest, '<local-command-')
        and parent_uuid is not null

),

parted as (

    select
        *,
        case
            when starts_with(rest, '<command-')
                then '/' || ltrim(trim(regexp_extract(rest, '(?s)<command-name>(.*?)</command-name>', 1)), '/')
        end as command,
        case
            when starts_with(rest, '<command-')
                then trim(
                    regexp_extract(rest, '(?s)<command-args>(.*?)</command-args>', 1),
                    ' ' || chr(9) || chr(10) || chr(13)
                )
        end as command_words

    from messages

),

-- A command that Claude Code runs itself says nothing to the model, unless its words do.
told as (

    select
        parted.*,
        parted.command is not null
        and case
            when local_commands.command is not null
                then not local_commands.takes_words or parted.command_words = ''
            else printed.parent_uuid is not null and parted.command_words = ''
        end as is_local

    from parted

    left join local_commands
        on ltrim(lower(parted.command), '/') = local_commands.command

    left join printed
        on parted.line_uuid = printed.parent_uuid

),

worded as (

    select
        *,
        case
            when command is not null then trim(command || ' ' || command_words)
            when starts_with(rest, '<bash-input>')
                then '! ' || trim(regexp_extract(rest, '(?s)<bash-input>(.*?)</bash-input>', 1))
            when queued_as = 'bash' then '! ' || trim(rest)
            when starts_with(rest, '<user-memory-input>')
                then '# ' || trim(regexp_extract(rest, '(?s)<user-memory-input>(.*?)</user-memory-input>', 1))
            when prefix_sender in ('teammate', 'plugin') and starts_with(rest, '<')
                then trim(
                    regexp_extract(rest, '(?s)^<[^>]*>(.*?)(?:</[a-z-]+>\s*)?$', 1), ' ' || chr(9) || chr(10) || chr(13)
                )
            else rest
        end as words,
        case when queued_as is not null then parent_uuid end as taken_in_after_uuid,
        coalesce(
            origin_name,
            case
                when prefix_sender in ('teammate', 'plugin')
                    then nullif(regexp_extract(
                        rest, '^<[^>]*?\s(?:teammate_id|from-name|from|source|name)="([^">]+)"', 1
                    ), '')
            end
        ) as sender_name

    from told

),

-- What was taken in while the agent worked was taken in where it stands, whenever it was typed.
placed as (

    select
        worded.*,
        case
            when worded.queued_as is null then worded.logged_at
            else greatest(worded.logged_at, lines.logged_at)
        end as said_at

    from worded

    left join lines
        on worded.taken_in_after_uuid = lines.line_uuid
        and worded.thread_id = lines.thread_id

),

-- Claude Code may say of one such prompt that it was taken in as well as log it; the two have an id, or the same words.
counted as (

    select
        *,
        row_number() over (
            partition by thread_id, queued_as = 'absorbed', words
            order by said_at asc nulls first, line_id asc
        ) as repetition,
        lag(said_at) over (
            partition by thread_id, queued_as, words
            order by said_at asc nulls first, line_id asc
        ) as said_before_at

    from placed

),

repeated as (

    select distinct
        queued.line_id,
        queued.block_number

    from counted as queued

    inner join counted as others
        on queued.thread_id = others.thread_id
        and queued.words = others.words

    where
        queued.queued_as is not null
        and (
            (queued.queued_as = 'absorbed' and queued.said_at = queued.said_before_at)
            or (
                queued.queued_as = 'absorbed'
                and others.queued_as <> 'absorbed'
                and (queued.queued_uuid = others.queued_uuid or queued.repetition = others.repetition)
            )
            or (
                others.queued_as is null
                and (
                    queued.queued_uuid = others.line_uuid
                    or others.said_at between queued.said_at and queued.said_at + interval 1 minute
                )
            )
        )

),

said as (

    select
        counted.line_id,
        counted.block_number,
        counted.session_id,
        counted.thread_id,
        counted.agent_id,
        counted.host,
        counted.account,
        counted.said_at,
        counted.block_type <> 'text' as is_file,
        counted.sender,
        counted.sender_name,
        counted.put_in_front,
        nullif(counted.words, '') as words,
        repeated.line_id is not null as is_repeated,
        (
            counted.words <> ''
            and not counted.is_local
            and not counted.is_copied
            and repeated.line_id is null
            and case
                when counted.is_meta then counted.sender in ('teammate', 'timer', 'plugin')
                when counted.queued_as is not null then counted.sender = 'person'
                else counted.sender <> 'claude_code'
            end
        ) as is_prompt

    from counted

    left join repeated
        on counted.line_id = repeated.line_id
        and counted.block_number = repeated.block_number

)

select * from said
