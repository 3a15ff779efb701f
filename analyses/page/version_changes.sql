-- Versions of clients and models beside those before them, the newest first: what sessions took, and whether more
-- failed or fewer succeeded.
select
    fleet,
    changed_what,
    version_name,
    previous_version_name,
    cast(first_used_at as date) as first_used_on,
    cast(last_used_at as date) as last_used_on,
    session_count,
    previous_session_count,
    tool_error_count,
    tool_call_count,
    tool_error_share_change,
    degraded_call_count,
    ended_call_count,
    degraded_share_change,
    successful_session_count,
    decided_session_count,
    success_share_change,
    median_tokens,
    previous_median_tokens
from fct_version_changes
where getvariable('fleet') is null or fleet = getvariable('fleet')
order by
    first_used_at desc,
    fleet asc,
    changed_what asc,
    version_name asc
limit 200
