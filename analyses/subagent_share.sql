-- How much of each project's use its sub-agents caused: all at list price, billed or not, so that the sums are no bill.
select
    project,
    count(case when is_subagent then task_id end) as subagent_tasks,
    count(*) as tasks,
    sum(case when is_subagent then cost_usd end) as subagent_list_price_usd,
    sum(cost_usd) as list_price_usd,
    round(sum(case when is_subagent then cost_usd else 0 end) / nullif(sum(cost_usd), 0), 3) as subagent_share
from fct_tasks
where fleet = 'claude_code'
group by project
order by list_price_usd desc nulls last
