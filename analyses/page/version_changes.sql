-- Versions of clients and models beside those before them, the newest first: what sessions took, and whether more
-- failed or fewer succeeded.
select
    changes.fleet,
    changes.changed_what,
    changes.version_name,
    changes.previous_version_name,
    cast(
        case
            when build_info.reporting_timezone = 'UTC' then changes.first_used_at
            else timezone(build_info.reporting_timezone, timezone('UTC', changes.first_used_at))
        end as date
    ) as first_used_on,
    cast(
        case
            when build_info.reporting_timezone = 'UTC' then changes.last_used_at
            else timezone(build_info.reporting_timezone, timezone('UTC', changes.last_used_at))
        end as date
    ) as last_used_on,
    changes.session_count,
    changes.previous_session_count,
    changes.tool_error_count,
    changes.tool_call_count,
    changes.tool_error_share_change,
    changes.degraded_call_count,
    changes.ended_call_count,
    changes.degraded_share_change,
    changes.successful_session_count,
    changes.decided_session_count,
    changes.success_share_change,
    changes.median_tokens,
    changes.previous_median_tokens
from fct_version_changes as changes
cross join build_info
where getvariable('fleet') is null or changes.fleet = getvariable('fleet')
order by
    changes.first_used_at desc,
    changes.fleet asc,
    changes.changed_what asc,
    changes.version_name asc
limit 200
