-- Sessions whose logs lie in several places, by the place that they are counted in and the others.
select
    fleet,
    host,
    account,
    also_in,
    count(*) as sessions,
    max_by(session_id, started_at) as newest_session_id

from fct_sessions

where also_in is not null

group by
    fleet,
    host,
    account,
    also_in

order by
    sessions desc,
    host asc,
    account asc,
    also_in asc
