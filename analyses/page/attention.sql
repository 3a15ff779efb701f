-- What a person should look at, the most urgent first.
select
    attention.attention_kind,
    attention.severity,
    attention.subject,
    left(sha256(attention.session_id), 16) as session_key,
    sessions.title,
    sessions.project,
    sessions.fleet,
    sessions.host,
    sessions.account,
    sessions.provider,
    sessions.model,
    cast(
        case
            when build_info.reporting_timezone = 'UTC' then attention.noticed_at
            else timezone(build_info.reporting_timezone, timezone('UTC', attention.noticed_at))
        end as date
    ) as noticed_on,
    attention.noticed_at,
    attention.occurrence_count,
    attention.what_to_do
from page_attention as attention
cross join build_info
left join page_sessions as sessions
    on attention.session_id = sessions.session_id
order by
    array_position(['critical', 'high', 'medium', 'low'], attention.severity),
    attention.noticed_at desc nulls last,
    attention.attention_id asc
limit 500
