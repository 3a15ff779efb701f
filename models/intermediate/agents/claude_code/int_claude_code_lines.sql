with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

copies as (

    select * from {{ ref('int_claude_code_line_copies') }}

),

response_ids as (

    select * from {{ ref('int_claude_code_response_ids') }}

),

repeated_ids as (

    select * from {{ ref('int_claude_code_repeated_ids') }}

),

reused_ids as (

    select * from {{ ref('int_claude_code_reused_ids') }}

),

lines_of_calls as (

    select
        lines.line_id,
        lines.line_number,
        coalesce(copies.line_uuid, lines.line_uuid) as line_uuid,
        lines.parent_uuid,
        lines.forked_from_session_id,
        lines.session_id,
        lines.agent_id,
        lines.thread_id,
        threads.host,
        threads.account,
        threads.provider,
        lines.cwd,
        lines.git_branch,
        lines.version,
        lines.record_type,
        lines.source_tool_assistant_uuid,
        lines.model,
        lines.stop_reason,
        lines.is_meta,
        lines.is_compact_summary,
        lines.is_api_error_message,
        lines.logged_at,
        lines.landed_at,
        threads.precedence,
        coalesce(copies.copy_number, 1) as copy_number,
        response_ids.message_id as response_message_id,
        response_ids.request_id as response_request_id,
        case
            when response_ids.line_id is null then null
            when repeated_ids.line_id is not null then 'line:' || repeated_ids.response_uuid
            when response_ids.message_id is null and response_ids.request_id is null
                then 'line:' || coalesce(copies.line_uuid, lines.line_uuid, lines.line_id)
            when response_ids.message_id is null then 'request:' || response_ids.request_id
            when response_ids.request_id is null
                then response_ids.first_session_id || ':' || response_ids.message_id
            when reused_ids.message_id is not null
                then concat_ws(
                    ':', response_ids.first_session_id, response_ids.message_id, response_ids.request_id
                )
            else response_ids.message_id || ':' || response_ids.request_id
        end as model_call_id

    from lines

    inner join threads
        on lines.thread_id = threads.thread_id

    left join copies
        on lines.line_id = copies.line_id

    left join response_ids
        on lines.line_id = response_ids.line_id

    left join repeated_ids
        on coalesce(copies.first_line_id, lines.line_id) = repeated_ids.line_id

    left join reused_ids
        on response_ids.first_session_id = reused_ids.session_id
        and response_ids.message_id = reused_ids.message_id
        and response_ids.request_id = reused_ids.request_id

)

select * from lines_of_calls
