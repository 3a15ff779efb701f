{{ config(materialized='view') }}

with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

words as (

    select * from {{ ref('int_claude_code_words') }}

),

files as (

    select *

    from {{ ref('int_claude_code_files') }}

    where file_text is not null

),

questions as (

    select distinct tool_use_id

    from blocks

    where tool_name = 'AskUserQuestion'

),

-- What a person answered to a question, or said in turning a tool down, stands in a result.
claude_code_blocks as (

    select
        blocks.line_id,
        blocks.block_number,
        case
            when {{ is_tool_use('blocks.block_type') }} then 'tool_use'
            when questions.tool_use_id is not null then 'reply'
            when blocks.result_text like '%the user said:%' and {{ is_denial('blocks') }} then 'reply'
            when {{ is_tool_result('blocks.block_type') }} then 'tool_result'
            else 'text'
        end as block_kind,
        blocks.tool_name,
        blocks.result_agent_id,
        blocks.result_is_error,
        coalesce(blocks.tool_use_id, blocks.result_tool_use_id) as tool_use_id,
        coalesce(
            {{ value_texts('blocks.tool_input') }},
            blocks.block_text,
            case
                when blocks.result_text like '%the user said:%' and {{ is_denial('blocks') }}
                    then regexp_extract(blocks.result_text, '(?s)the user said:\s*(.*)$', 1)
                else blocks.result_text
            end
        ) as block_text

    from blocks

    left join questions
        on blocks.result_tool_use_id = questions.tool_use_id

    where
        blocks.block_type in ('text', 'image', 'document')
        or {{ is_tool_use('blocks.block_type') }}
        or {{ is_tool_result('blocks.block_type') }}

),

claude_code as (

    select
        lines.line_id,
        claude_code_blocks.block_number,
        lines.session_id,
        lines.thread_id as task_id,
        lines.line_number as line_order,
        coalesce(words.said_at, lines.logged_at) as said_at,
        case
            when claude_code_blocks.block_kind <> 'text' then claude_code_blocks.block_kind
            when lines.record_type = 'assistant' then 'answer'
            when words.is_prompt then 'prompt'
            when lines.is_compact_summary then 'compaction'
            else 'context'
        end as text_kind,
        words.sender,
        words.sender_name,
        claude_code_blocks.tool_use_id,
        claude_code_blocks.tool_name,
        claude_code_blocks.result_agent_id as agent_id,
        claude_code_blocks.result_is_error as is_error,
        case when words.is_prompt then words.words else claude_code_blocks.block_text end as block_text

    from lines

    inner join claude_code_blocks
        on lines.line_id = claude_code_blocks.line_id

    left join words
        on claude_code_blocks.line_id = words.line_id
        and claude_code_blocks.block_number = words.block_number

    where not coalesce(words.is_repeated, false)

),

-- What a surface put in front of a person's words.
put_in_front as (

    select
        words.line_id,
        -words.block_number as block_number,
        words.session_id,
        words.thread_id as task_id,
        lines.line_number as line_order,
        words.said_at,
        'context' as text_kind,
        'claude_code' as sender,
        cast(null as string) as sender_name,
        cast(null as string) as tool_use_id,
        cast(null as string) as tool_name,
        cast(null as string) as agent_id,
        cast(null as boolean) as is_error,
        words.put_in_front as block_text

    from words

    inner join lines
        on words.line_id = lines.line_id

    where
        words.is_prompt
        and words.put_in_front like '%<%'

),

-- A result that was too large for the transcript, a plan, and the like; no line says when.
kept_beside as (

    select
        file_id as line_id,
        1 as block_number,
        session_id,
        session_id as task_id,
        0 as line_order,
        cast(null as timestamp) as said_at,
        'file' as text_kind,
        cast(null as string) as sender,
        cast(null as string) as sender_name,
        cast(null as string) as tool_use_id,
        case
            when source_path like 'projects/%' then regexp_extract(source_path, '^[^/]+/[^/]+/[^/]+/(.+)$', 1)
            else source_path
        end as tool_name,
        agent_id,
        cast(null as boolean) as is_error,
        file_text as block_text

    from files

),

texts as (

    select * from claude_code

    union all

    select * from put_in_front

    union all

    select * from kept_beside

)

select * from texts
