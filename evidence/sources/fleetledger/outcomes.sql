select
    ended_on,
    fleet,
    project,
    model,
    outcome_class,
    outcome_result,
    outcome_confidence,
    task_count,
    default_branch_commit_count,
    merged_pull_request_count,
    cast(billed_cost_usd as double) as billed_cost_usd,
    cast(subscription_cost_usd as double) as subscription_cost_usd
from page_outcomes
