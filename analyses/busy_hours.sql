-- When the fleets work: model calls by weekday (1 = Monday) and hour, UTC.
select
    isodow(called_at) as weekday,
    hour(called_at) as hour_utc,
    count(*) as model_calls,
    count(distinct session_id) as sessions
from fct_model_calls
where called_at is not null
group by isodow(called_at), hour(called_at)
order by weekday, hour_utc
