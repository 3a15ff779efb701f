-- What tells of a task, in the order in which it happened: checks and commits, its sub-agents' with them.
with

scope as (

    select task_id

    from fct_tasks

    where
        task_id = $task_id
        or root_task_id = $task_id

)

select
    'check' as evidence,
    checks.check_kind || ' ' || checks.check_result as says,
    checks.recognizer as by_what,
    checks.checked_at as happened_at

from fct_checks as checks

inner join scope
    on checks.task_id = scope.task_id

union all

select
    'commit' as evidence,
    coalesce(left(commits.commit_sha, 10), 'a commit')
    || coalesce(' on ' || commits.git_branch, '')
    || case
        when commits.is_reverted then ', reverted'
        when commits.reached_default_branch then ', on the default branch'
        else ''
    end as says,
    commits.join_kind as by_what,
    commits.committed_at as happened_at

from fct_task_commits as commits

inner join scope
    on commits.task_id = scope.task_id

order by
    happened_at asc nulls first,
    evidence asc,
    says asc
