with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

non_prompt_prefixes as (

    select * from {{ ref('non_prompt_prefixes') }}

),

texts as (

    select
        lines.line_id,
        lines.session_id,
        lines.thread_id as task_id,
        lines.agent_id,
        lines.host,
        lines.account,
        lines.logged_at as prompted_at,
        blocks.block_number,
        blocks.block_text

    from lines

    inner join blocks
        on lines.line_id = blocks.line_id

    where
        lines.record_type = 'user'
        and blocks.block_type = 'text'
        and trim(blocks.block_text) <> ''
        and not lines.is_meta
        and not lines.is_compact_summary

),

written_by_people as (

    select texts.*

    from texts

    where not exists (
        select non_prompt_prefixes.prefix
        from non_prompt_prefixes
        where starts_with(texts.block_text, non_prompt_prefixes.prefix)
    )

),

prompts as (

    select
        line_id as prompt_id,
        session_id,
        task_id,
        agent_id,
        host,
        account,
        prompted_at,
        min_by(block_text, block_number) as prompt_text

    from written_by_people

    group by
        line_id,
        session_id,
        task_id,
        agent_id,
        host,
        account,
        prompted_at

)

select * from prompts
