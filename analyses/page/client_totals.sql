-- Sessions by how the client's own total compares with the ledger's.
select
    verdict,
    cost_kind,
    count(*) as session_count,
    sum(client_cost_usd) as client_cost_usd,
    sum(ledger_cost_usd) as ledger_cost_usd,
    sum(hidden_cost_usd) as hidden_cost_usd
from fct_session_totals
where client_cost_usd is not null
group by
    verdict,
    cost_kind
order by
    verdict,
    cost_kind
