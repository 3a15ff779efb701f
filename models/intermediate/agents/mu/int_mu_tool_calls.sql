with

events as (

    select * from {{ ref('int_mu_events') }}

),

positioned as (

    select
        *,
        last_value(case when event_kind = 'assistant_message_event' then line_id end ignore nulls) over (
            partition by session_id order by event_position asc rows between unbounded preceding and current row
        ) as model_call_id

    from events

),

calls as (

    select
        *,
        lead(event_position) over (
            partition by session_id, tool_use_id
            order by event_position asc
        ) as next_call_position

    from positioned

    where event_kind = 'tool_call'

),

results as (

    select * from events

    where event_kind = 'tool_result'

),

paired as (

    select
        calls.line_id as tool_call_id,
        calls.model_call_id,
        calls.session_id,
        calls.owning_task_id as task_id,
        calls.host,
        calls.account,
        calls.tool_name,
        calls.tool_file_path as file_path,
        calls.tool_command as command,
        calls.tool_url as url,
        calls.logged_at as called_at,
        min_by(results.line_id, results.event_position) as result_line_id,
        min(results.logged_at) as ended_at,
        max(coalesce(results.is_error, false)) filter (where results.line_id is not null) as is_error

    from calls

    left join results
        on calls.session_id = results.session_id
        and calls.tool_use_id = results.tool_use_id
        and calls.event_position < results.event_position
        and (calls.next_call_position is null or calls.next_call_position > results.event_position)

    group by
        calls.line_id,
        calls.model_call_id,
        calls.session_id,
        calls.owning_task_id,
        calls.host,
        calls.account,
        calls.tool_name,
        calls.tool_file_path,
        calls.tool_command,
        calls.tool_url,
        calls.logged_at

)

select * from paired
