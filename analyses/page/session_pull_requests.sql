-- The pull requests that a session's tasks opened or worked on.
select
    session_id,
    pull_request_url,
    max(pull_request_number) as pull_request_number,
    max(git_branch) as git_branch,
    bool_or(is_created) as is_created,
    max(state) as state,
    max(merged_at) as merged_at,
    max(check_result) as check_result
from fct_task_pull_requests
where session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
group by
    session_id,
    pull_request_url
order by
    session_id,
    pull_request_url
