-- Each budget's current period, the worst first. Where nothing has a price, being within the budget is not known.
select * exclude (is_current)

from fct_budget_status

where is_current

order by
    list_position(['over', 'unpriced', 'warn', 'ok'], state) asc,
    coalesce(spent_share, 0) desc,
    budget_id asc
