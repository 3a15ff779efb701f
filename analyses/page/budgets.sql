-- What was spent of each limit, and where it will end; the current periods first.
select *
from fct_budget_status
where has_matched
order by
    is_current desc,
    period_started_on desc nulls last,
    budget_id asc,
    scope_name asc,
    period_name asc
limit 200
