-- The files that a session's tools were asked to read or write, the most changed first.
with

files as (

    select
        session_id,
        file_path,
        count(*) as tool_call_count,
        cast(sum(lines_added) as bigint) as lines_added,
        cast(sum(lines_removed) as bigint) as lines_removed,
        coalesce(sum(lines_added), 0) + coalesce(sum(lines_removed), 0) as changed
    from fct_tool_calls
    where
        file_path is not null
        -- By their places: what a refresh wrote last stands together, and the columns of all others are not read.
        and rowid in (
            select placed.rowid
            from fct_tool_calls as placed
            where placed.session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
        )
    group by
        session_id,
        file_path

)

select
    session_id,
    file_path,
    tool_call_count,
    lines_added,
    lines_removed
from files
qualify row_number() over (partition by session_id order by changed desc, tool_call_count desc, file_path asc) <= 100
order by
    session_id asc,
    changed desc,
    tool_call_count desc,
    file_path asc
