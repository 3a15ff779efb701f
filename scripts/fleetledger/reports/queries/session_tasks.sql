-- The tasks of a session, those of sub-agents last.
select
    task_id,
    parent_task_id,
    agent_id,
    is_subagent

from fct_tasks

where session_id = $session_id

order by
    is_subagent,
    started_at nulls last,
    task_id
