-- Some texts by their keys, each with the first match of each word, cut after $most characters, and what is around it:
-- `place` is where the match begins in the text, `window_place` where what is shown around it begins, both from 1.
with

words as (

    select
        unnest($words) as word,
        generate_subscripts($words, 1) as word_number

),

matched as (

    select
        texts.*,
        words.word_number,
        regexp_extract(texts.block_text, words.word) as found

    from read_parquet($texts) as texts

    cross join words

    where texts.text_key in $text_keys

),

placed as (

    select
        *,
        greatest(strpos(block_text, found), 1) as place,
        least(length(found), $most) as match_length

    from matched

)

select
    text_key,
    word_number,
    said_at,
    task_id,
    text_kind,
    tool_name,
    sender,
    strftime(timezone($timezone, timezone('UTC', said_at)), '%Y-%m-%d %H:%M') as said_at_local,
    place,
    match_length,
    greatest(place - $before, 1) as window_place,
    substring(
        block_text,
        greatest(place - $before, 1),
        least(place - 1, $before) + match_length + $after
    ) as excerpt

from placed

order by
    text_key,
    word_number
