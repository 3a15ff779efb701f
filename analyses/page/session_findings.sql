-- What the audit found in a session.
select
    session_id,
    severity,
    rule_id,
    tool_name,
    coalesce(found_path, found_host, secret_hash) as found,
    is_error,
    called_at,
    what_to_do
from fct_audit_findings
where session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
order by
    session_id,
    array_position(['critical', 'high', 'medium', 'low'], severity),
    called_at,
    finding_id
