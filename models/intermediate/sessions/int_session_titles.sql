with

titles as (

    select * from {{ ref('int_claude_code_titles') }}

),

prompts as (

    select * from {{ ref('int_prompts') }}

),

logged_titles as (

    select
        session_id,
        title,
        row_number() over (
            partition by session_id
            order by
                title_rank desc,
                titled_at desc nulls last,
                generation desc,
                byte_offset desc,
                line_id desc
        ) as title_order

    from titles

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
