with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

keyed as (

    select
        lines.line_id,
        lines.line_number,
        lines.line_uuid,
        lines.session_id,
        lines.agent_id,
        lines.host,
        lines.account,
        lines.provider,
        lines.cwd,
        lines.git_branch,
        lines.version,
        lines.record_type,
        lines.message_id,
        lines.request_id,
        lines.source_tool_assistant_uuid,
        lines.model,
        lines.stop_reason,
        lines.speed,
        lines.service_tier,
        lines.inference_geo,
        lines.input_tokens,
        lines.output_tokens,
        lines.cache_read_input_tokens,
        lines.cache_creation_input_tokens,
        lines.ephemeral_5m_input_tokens,
        lines.ephemeral_1h_input_tokens,
        lines.web_search_requests,
        lines.is_meta,
        lines.is_compact_summary,
        lines.is_api_error_message,
        lines.logged_at,
        lines.landed_at,
        threads.thread_id,
        threads.precedence

    from lines

    inner join threads
        on lines.session_id = threads.session_id
        and coalesce(lines.agent_id, '') = coalesce(threads.agent_id, '')

),

-- Few lines have copies; only those are put in order.
copied_uuids as (

    select line_uuid

    from keyed

    where line_uuid is not null

    group by line_uuid

    having count(*) > 1

),

ordered_copies as (

    select
        keyed.line_id,
        row_number() over (
            partition by keyed.line_uuid
            order by
                keyed.precedence asc,
                keyed.host asc,
                keyed.account asc,
                keyed.line_id asc
        ) as copy_number

    from keyed

    inner join copied_uuids
        on keyed.line_uuid = copied_uuids.line_uuid

),

-- Responses of which some line lacks the request id that another one of the session has.
request_ids as (

    select
        session_id,
        message_id,
        max(request_id) as request_id

    from keyed

    where record_type = 'assistant'

    group by
        session_id,
        message_id

    having count(*) > count(request_id)

),

numbered as (

    select
        keyed.*,
        coalesce(ordered_copies.copy_number, 1) as copy_number,
        coalesce(keyed.request_id, request_ids.request_id) as response_request_id

    from keyed

    left join ordered_copies
        on keyed.line_id = ordered_copies.line_id

    left join request_ids
        on keyed.session_id = request_ids.session_id
        and keyed.message_id = request_ids.message_id

),

lines_of_calls as (

    select
        *,
        -- Claude Code writes its own error texts as responses of a model of this name; no provider was called.
        case
            when (record_type is distinct from 'assistant') or coalesce(model, '') = '<synthetic>' then null
            when message_id is null then 'line:' || coalesce(line_uuid, line_id)
            when response_request_id is null then session_id || ':' || message_id
            else message_id || ':' || response_request_id
        end as model_call_id

    from numbered

)

select * from lines_of_calls
