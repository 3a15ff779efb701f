-- What the file is of: as of when, made when and of what, and whether it is a demo.
select
    *,
    (select count(*) from fct_sessions) as session_count,
    (select count(*) from fct_tasks) as task_count
from build_info
