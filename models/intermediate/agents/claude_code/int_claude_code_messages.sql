with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

senders as (

    select * from {{ ref('message_senders') }}

),

prefixes as (

    select * from {{ ref('non_prompt_prefixes') }}

),

-- What surfaces put in front of a person's words, as one expression: any number of complete elements.
elements as (

    select '(?s)^(?:\s*(?:' || {{ names_of_group('pattern', '|') }} || '))+\s*' as pattern

    from {{ ref('prompt_elements') }}

),

results as (

    select distinct line_id

    from blocks

    where block_type = 'tool_result'

),

written as (

    select
        lines.line_id,
        lines.line_uuid,
        lines.session_id,
        lines.thread_id,
        lines.agent_id,
        lines.host,
        lines.account,
        lines.parent_uuid,
        lines.logged_at,
        lines.is_meta,
        lines.record_type,
        -- What was said in another session before the fork is nobody's prompt in this one.
        lines.forked_from_session_id is not null as is_copied,
        blocks.block_number,
        blocks.block_type,
        blocks.block_text,
        blocks.origin_kind,
        blocks.origin_name,
        blocks.prompt_source,
        blocks.turn_origin,
        blocks.queued_as,
        blocks.queued_uuid

    from lines

    inner join blocks
        on lines.line_id = blocks.line_id

    left join results
        on lines.line_id = results.line_id

    where
        (lines.record_type = 'user' or blocks.queued_as is not null)
        and not lines.is_compact_summary
        and trim(blocks.block_text) <> ''
        and (
            blocks.block_type = 'text'
            or (blocks.block_type in ('image', 'document') and results.line_id is null)
        )

),

parted as (

    select
        written.*,
        case
            when {{ matches_regex('written.block_text', "'^\\s*[<\\[]'") }}
                then nullif(regexp_extract(written.block_text, elements.pattern, 0), '')
        end as put_in_front

    from written

    cross join elements

),

rested as (

    select
        *,
        case
            when block_type <> 'text' then block_text
            when put_in_front is null then ltrim(block_text, ' ' || chr(9) || chr(10) || chr(13))
            -- A mark of a pasted text that is all there is stands for it.
            when length(put_in_front) = length(block_text) and put_in_front like '%[Pasted text%' then put_in_front
            else substring(block_text, length(put_in_front) + 1)
        end as rest

    from parted

),

marked as (

    select
        rested.*,
        (
            select min(prefixes.sender)
            from prefixes
            where starts_with(rested.rest, prefixes.prefix)
        ) as prefix_sender

    from rested

),

sent as (

    select
        marked.*,
        case
            when marked.prefix_sender = 'claude_code' then marked.prefix_sender
            -- An origin that nobody knows is not that of a person, who is named as such.
            when marked.origin_kind is not null
                then coalesce(by_origin.sender, by_kind.sender, marked.prefix_sender, 'claude_code')
            when marked.prefix_sender is not null then marked.prefix_sender
            when marked.queued_as is not null then coalesce(by_queue.sender, 'claude_code')
            when marked.agent_id is not null then 'agent'
            else coalesce(by_turn.sender, by_source.sender, 'person')
        end as sender

    from marked

    left join senders as by_origin
        on by_origin.field = 'origin' and marked.origin_kind = by_origin.value

    left join senders as by_kind
        on by_kind.field = 'origin' and split_part(marked.origin_kind, '/', 1) = by_kind.value

    left join senders as by_turn
        on by_turn.field = 'turn_origin' and marked.turn_origin = by_turn.value

    left join senders as by_source
        on by_source.field = 'prompt_source' and marked.prompt_source = by_source.value

    left join senders as by_queue
        on by_queue.field = 'queued_as' and marked.queued_as = by_queue.value

)

select * from sent
