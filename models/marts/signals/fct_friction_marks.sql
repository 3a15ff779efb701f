with

prompts as (

    select * from {{ ref('int_prompts') }}

),

friction_words as (

    select * from {{ ref('friction_words') }}

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

begun as (

    select
        task_id || '#' || turn_number as turn_id,
        session_id,
        prompted_at,
        turn_number,
        {{ plain_words('left(prompt_text, cast(' ~ threshold('friction_within') ~ ' as bigint))') }} as said_words

    from prompts

    where
        is_human
        and not is_file
        and is_main

),

said as (

    select
        *,
        lag(said_words) over in_order as said_before,
        lag(prompted_at) over in_order as said_before_at

    from begun

    window in_order as (partition by session_id order by prompted_at, turn_number)

),

searched as (

    select
        {{ plain_words('words') }} as searched_words,
        words,
        word_kind,
        place

    from friction_words

),

marks as (

    select
        said.turn_id,
        said.session_id,
        said.prompted_at,
        searched.words as mark,
        searched.word_kind as mark_kind

    from said

    inner join searched
        on case searched.place
            when 'start' then starts_with(said.said_words, searched.searched_words)
            when 'within' then contains(said.said_words, trim(searched.searched_words))
            else contains(said.said_words, searched.searched_words)
        end

    union all

    select
        turn_id,
        session_id,
        prompted_at,
        'the prompt before, again' as mark,
        'repeat' as mark_kind

    from said

    -- Of one instant it is one prompt that was logged twice.
    where
        said_words = said_before
        and prompted_at > said_before_at
        and length(said_words) >= {{ threshold('repeat_least') }}

)

select * from marks
