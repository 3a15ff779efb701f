-- The texts of a session in their order, each cut after $longest characters. $gone are files with the keys of rows
-- that do not stand any more, and $has_gone whether there are any: a file has to be named in any case.
with

gone as (

    select text_key from read_parquet($gone)
    where $has_gone

)

select
    line_id,
    task_id,
    text_kind as kind,
    tool_use_id,
    tool_name,
    sender,
    sender_name,
    agent_id,
    is_error,
    strftime(timezone($timezone, timezone('UTC', said_at)), '%Y-%m-%d %H:%M') as said_at_local,
    left(block_text, $longest) as text,
    length(block_text) as size

from read_parquet($texts)

where
    session_id = $session_id
    and text_kind <> 'file'
    and text_key not in (select gone.text_key from gone)

order by
    said_at nulls first,
    line_order,
    line_id,
    text_kind <> 'prompt',
    abs(block_number)
