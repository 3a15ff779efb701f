-- Some texts by their keys, each with the match of a word, cut after $most characters, and what is around it.
with

matched as (

    select
        *,
        regexp_extract(block_text, $word) as found

    from read_parquet($texts)

    where text_key in $text_keys

),

placed as (

    select
        *,
        greatest(strpos(block_text, found), 1) as place

    from matched

)

select
    text_key,
    said_at,
    task_id,
    text_kind,
    tool_name,
    strftime(timezone($timezone, timezone('UTC', said_at)), '%Y-%m-%d %H:%M') as said_at_local,
    place > $before + 1 as is_cut_before,
    substring(block_text, greatest(place - $before, 1), least(place - 1, $before)) as before,
    left(found, $most) as matched,
    substring(block_text, place + length(found), $after) as after

from placed
