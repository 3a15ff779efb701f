-- Requests by what comparing transcript and telemetry gave, with the money on either side.
select
    verdict,
    reason,
    cost_kind,
    count(*) as request_count,
    sum(transcript_cost_usd) as transcript_cost_usd,
    sum(telemetry_cost_usd) as telemetry_cost_usd,
    min(requested_at) as first_requested_at,
    max(requested_at) as last_requested_at
from fct_reconciliation
group by
    verdict,
    reason,
    cost_kind
order by
    verdict,
    reason,
    cost_kind
