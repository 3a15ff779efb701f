-- What adding up the files would have counted twice: responses that forks and resumes copied, at list price
-- whoever pays it, so that it is no bill.
select
    fleet,
    count(case when copies > 0 then model_call_id end) as copied_calls,
    count(*) as model_calls,
    sum(copies) as copies,
    sum(copies * cost_usd) as list_price_usd_not_counted_again
from fct_model_calls
group by fleet
order by fleet
