-- What the file is of: as of when, made when and of what, and whether it is a demo; the days that have calls; and what
-- a static page keeps of it: from which day on it tells days from one another, and how many projects.
select
    *,
    (select count(*) from fct_sessions) as session_count,
    (select count(*) from fct_tasks) as task_count,
    (select min(days.called_on) from fct_daily_costs as days) as oldest_on,
    greatest(
        (select max(days.called_on) from fct_daily_costs as days),
        cast(
            case
                when reporting_timezone = 'UTC' then as_of
                else timezone(reporting_timezone, timezone('UTC', as_of))
            end as date
        )
    ) as newest_on,
    (select count(distinct sessions.project) from fct_sessions as sessions) as project_count,
    cast(getvariable('by_day_since') as date) as by_day_since,
    len(getvariable('projects_apart')) as projects_apart_count
from build_info
