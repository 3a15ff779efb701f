-- What the file is of: as of when, made when and of what, and whether it is a demo; the days that have calls, and from
-- which on a static page tells days from one another.
select
    *,
    (select count(*) from fct_sessions) as session_count,
    (select count(*) from fct_tasks) as task_count,
    (select min(days.called_on) from fct_daily_costs as days) as oldest_on,
    greatest((select max(days.called_on) from fct_daily_costs as days), cast(as_of as date)) as newest_on,
    cast(getvariable('by_day_since') as date) as by_day_since
from build_info
