-- Where tasks of $host edited files, asked git, or were led by `/add-dir`, each with the first time, UTC.
select
    directory,
    min(reached_at) as reached_at

from fct_task_directories

where
    host = $host
    and reached_by <> 'session'

group by directory

order by directory asc
