-- What the audit found, the gravest and newest first.
select
    findings.severity,
    findings.category,
    findings.rule_id,
    findings.tool_name,
    coalesce(findings.found_path, findings.found_host, findings.secret_hash) as found,
    findings.is_error,
    findings.called_at,
    findings.called_on,
    left(sha256(findings.session_id), 16) as session_key,
    findings.fleet,
    findings.host,
    findings.account,
    findings.project,
    findings.what_to_do
from fct_audit_findings as findings
order by
    array_position(['critical', 'high', 'medium', 'low'], findings.severity),
    findings.called_at desc nulls last,
    findings.finding_id asc
limit 2000
