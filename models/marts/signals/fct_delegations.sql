with

tasks as (

    select * from {{ ref('fct_tasks') }}

),

started as (

    select
        task_id,
        max(tool_call_id) as tool_call_id,
        max(subagent_type) as subagent_type,
        max(ended_at) as answered_at,
        max(is_error) as is_error

    from {{ ref('fct_subagents') }}

    where task_id is not null

    group by task_id

),

ends as (

    select * from {{ ref('int_claude_code_task_ends') }}

),

files as (

    select * from {{ ref('int_agent_files') }}

),

client_agents as (

    select * from {{ ref('client_agents') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

models as (

    select
        task_id,
        max_by(model, {{ time_key('called_at') }} || model_call_id) as model,
        max(called_at) as last_called_at

    from model_calls

    group by task_id

),

-- What a kind of money took over the whole session, so that an agent's part in it can be told.
spent as (

    select
        session_id,
        sum(billed_cost_usd) as billed_cost_usd,
        sum(subscription_cost_usd) as subscription_cost_usd,
        sum(unknown_cost_usd) as unknown_cost_usd

    from tasks

    group by session_id

),

delegated as (

    select
        tasks.*,
        started.tool_call_id,
        client_agents.agent_kind as client_agent_kind,
        coalesce(started.subagent_type, client_agents.agent_kind, 'unknown') as subagent_type,
        models.model,
        cast(
            coalesce(
                tasks.billed_cost_usd / nullif(spent.billed_cost_usd, 0),
                tasks.subscription_cost_usd / nullif(spent.subscription_cost_usd, 0),
                tasks.unknown_cost_usd / nullif(spent.unknown_cost_usd, 0)
            ) as double
        ) as session_cost_share,
        length(ends.answer_text) as answer_characters,
        coalesce(files.touched_file_count, 0) as touched_file_count,
        coalesce(files.written_file_count, 0) as written_file_count,
        coalesce(files.followed_file_count, 0) as followed_file_count,
        coalesce(started.is_error, false) as is_failed_call,
        -- An agent in the background has been started long before it answers.
        greatest(started.answered_at, tasks.ended_at) as answered_at

    from tasks

    inner join spent
        on tasks.session_id = spent.session_id

    left join started
        on tasks.task_id = started.task_id

    left join ends
        on tasks.task_id = ends.thread_id

    left join files
        on tasks.task_id = files.task_id

    left join models
        on tasks.task_id = models.task_id

    left join client_agents
        on starts_with(tasks.agent_id, client_agents.agent_prefix)

    where tasks.is_subagent

),

used as (

    select
        delegated.task_id,
        delegated.parent_task_id,
        delegated.tool_call_id,
        delegated.session_id,
        delegated.fleet,
        delegated.host,
        delegated.account,
        delegated.project,
        delegated.subagent_type,
        delegated.model,
        delegated.started_at,
        {{ reporting_date('delegated.started_at') }} as started_on,
        delegated.wall_clock_ms,
        delegated.exit_reason,
        case
            when delegated.client_agent_kind is not null then 'client'
            when delegated.is_failed_call or delegated.exit_reason in ('error', 'timeout', 'budget_cap') then 'failed'
            when delegated.tool_call_id is null then 'unknown'
            when delegated.followed_file_count > 0 then 'files'
            when parents.last_called_at > delegated.answered_at then 'answer'
            else 'unused'
        end as result_use,
        delegated.answer_characters,
        delegated.touched_file_count,
        delegated.written_file_count,
        delegated.followed_file_count,
        delegated.session_cost_share,
        delegated.model_call_count,
        delegated.tool_call_count,
        delegated.tool_error_count,
        delegated.billed_cost_usd,
        delegated.subscription_cost_usd,
        delegated.unknown_cost_usd,
        delegated.unpriced_call_count

    from delegated

    left join models as parents
        on delegated.parent_task_id = parents.task_id

)

select * from used
