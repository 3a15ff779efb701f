with

words as (

    select *

    from {{ ref('int_claude_code_words') }}

    where is_prompt

),

-- A prompt is what its first text says, or a picture where it has none.
prompts as (

    select
        line_id as prompt_id,
        session_id,
        thread_id as task_id,
        agent_id,
        host,
        account,
        said_at as prompted_at,
        min(sender) as sender,
        min(sender_name) as sender_name,
        min_by(words, {{ struct_of(['is_file', 'block_number']) }}) as prompt_text,
        min(is_file) as is_file

    from words

    group by
        line_id,
        session_id,
        thread_id,
        agent_id,
        host,
        account,
        said_at

)

select * from prompts
