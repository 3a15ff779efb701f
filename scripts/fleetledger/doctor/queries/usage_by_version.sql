-- The calls of each version of the agents that logged them, and how many of them have final usage.
select
    fleet,
    client_version,
    count(*) filter (where usage_source <> 'task_telemetry') as model_call_count,
    count(*) filter (where usage_is_final) as final_usage_call_count

from fct_model_calls

group by
    fleet,
    client_version

order by
    fleet,
    client_version
