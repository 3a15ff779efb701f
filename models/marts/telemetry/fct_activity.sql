with

events as (

    select * from {{ ref('int_telemetry_events') }}

),

-- The feed: what a person would want to see happen, in the order of happening.
feed as (

    select
        event_id as activity_id,
        host,
        nullif(session_id, '') as session_id,
        prompt_id,
        agent_id,
        row_number() over (
            partition by session_id
            order by
                occurred_at asc,
                event_sequence asc,
                event_id asc
        ) as activity_number,
        event_name as activity_kind,
        occurred_at,
        coalesce(tool_name, model, command_name, trigger, agent_type) as what,
        request_id,
        tool_use_id,
        is_success,
        status_code,
        duration_ms,
        output_tokens,
        cast(cost_usd as {{ usd_type() }}) as client_cost_usd

    from events

    where
        event_name in (
            'user_prompt', 'api_request', 'api_error', 'api_refusal', 'tool_decision', 'tool_result', 'compaction',
            'subagent_completed'
        )

)

select * from feed
