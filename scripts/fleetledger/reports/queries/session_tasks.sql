-- The tasks of a session, those of sub-agents last, with the tool use that started each where it is known.
with

started as (

    select
        task_id,
        min_by(parent_task_id, called_at) as parent_task_id,
        min_by(substr(tool_call_id, length(model_call_id) + 2), called_at) as started_by_tool_use_id

    from fct_subagents

    where
        session_id = $session_id
        and task_id is not null

    group by task_id

)

select
    fct_tasks.task_id,
    coalesce(started.parent_task_id, fct_tasks.parent_task_id) as parent_task_id,
    fct_tasks.agent_id,
    fct_tasks.is_subagent,
    started.started_by_tool_use_id

from fct_tasks

left join started
    on fct_tasks.task_id = started.task_id

where fct_tasks.session_id = $session_id

order by
    fct_tasks.is_subagent,
    fct_tasks.started_at nulls last,
    fct_tasks.task_id
