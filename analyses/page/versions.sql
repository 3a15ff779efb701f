-- Versions of Claude Code by the week of their first call.
select
    client_version,
    cast(date_trunc('week', min(called_on)) as date) as first_week_on,
    min(called_on) as first_called_on,
    max(called_on) as last_called_on,
    count(*) as model_call_count
from fct_model_calls
where client_version is not null
group by client_version
order by
    first_called_on,
    client_version
