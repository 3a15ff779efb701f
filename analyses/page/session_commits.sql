-- The commits that a session's tasks made, and where each arrived; a commit that two tasks share stands once.
select
    session_id,
    commit_sha,
    max(git_branch) as git_branch,
    max(commit_kind) as commit_kind,
    string_agg(distinct join_kind, ', ' order by join_kind asc) as join_kinds,
    min(committed_at) as committed_at,
    bool_or(reached_default_branch) as reached_default_branch,
    bool_or(is_reverted) as is_reverted
from fct_task_commits
where session_id in (select unnest(cast(getvariable('session_ids') as varchar[])))
group by
    session_id,
    commit_sha
order by
    session_id asc,
    committed_at asc nulls last,
    commit_sha asc
