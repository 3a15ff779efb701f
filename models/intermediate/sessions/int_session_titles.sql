with

titles as (

    select * from {{ ref('stg_claude_code__titles') }}

),

files as (

    select *

    from {{ ref('int_claude_code_files') }}

    where trim(custom_title) <> ''

),

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

prompts as (

    select * from {{ ref('int_prompts') }}

),

-- A summary names the line it was made of; that line's session is the one it is about.
candidates as (

    select
        coalesce(lines.session_id, titles.session_id) as session_id,
        titles.title,
        case titles.title_kind
            when 'custom-title' then 3
            when 'ai-title' then 2
            else 1
        end as title_rank,
        titles.generation,
        titles.byte_offset,
        titles.line_id

    from titles

    left join lines
        on titles.leaf_uuid = lines.line_uuid

    where trim(titles.title) <> ''

    union all

    -- A name given in an app is what the session is called since.
    select
        session_id,
        custom_title as title,
        4 as title_rank,
        0 as generation,
        0 as byte_offset,
        file_id as line_id

    from files

),

logged_titles as (

    select
        session_id,
        title,
        row_number() over (
            partition by session_id
            order by title_rank desc, generation desc, byte_offset desc, line_id desc
        ) as title_order

    from candidates

),

opening_words as (

    select
        session_id,
        prompt_text,
        row_number() over (
            partition by session_id
            order by is_human desc, is_file asc, prompted_at asc nulls last, prompt_id asc
        ) as prompt_order

    from prompts

    where is_main

),

sessions as (

    select session_id

    from logged_titles

    where title_order = 1

    union distinct

    select session_id

    from opening_words

    where prompt_order = 1

),

chosen as (

    select
        sessions.session_id,
        substring({{ single_line('coalesce(logged_titles.title, opening_words.prompt_text)') }}, 1, 120) as title,
        case
            when logged_titles.session_id is not null then 'logged'
            else 'first_prompt'
        end as title_source

    from sessions

    left join logged_titles
        on sessions.session_id = logged_titles.session_id
        and logged_titles.title_order = 1

    left join opening_words
        on sessions.session_id = opening_words.session_id
        and opening_words.prompt_order = 1

)

select * from chosen
