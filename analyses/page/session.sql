-- One session; what it did stands in the other answers of it.
select
    left(sha256(session_id), 16) as session_key,
    left(sha256(parent_session_id), 16) as parent_key,
    *
from page_sessions
where session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
order by session_id
