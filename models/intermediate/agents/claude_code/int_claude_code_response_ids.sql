with

lines as (

    select *

    from {{ ref('stg_claude_code__lines') }}

    -- Claude Code writes its own error texts as responses of a model of this name; no provider was called.
    where
        record_type = 'assistant'
        and coalesce(model, '') <> '<synthetic>'

),

copied as (

    select * from {{ ref('int_claude_code_copied_responses') }}

),

identified as (

    select
        lines.line_id,
        lines.session_id,
        lines.agent_id,
        lines.is_agent_report,
        lines.logged_at,
        lines.input_tokens,
        lines.cache_read_input_tokens,
        lines.cache_creation_input_tokens,
        coalesce(copied.session_id, lines.session_id) as first_session_id,
        coalesce(copied.message_id, lines.message_id) as message_id,
        case when copied.line_id is null then lines.request_id else copied.request_id end as request_id

    from lines

    left join copied
        on lines.line_id = copied.line_id

),

main_responses as (

    select * from identified

    where agent_id is null

),

-- What stands in a file of its own, not only in what another one reports of it.
filed_responses as (

    select distinct
        session_id,
        message_id,
        request_id,
        first_session_id

    from identified

    where not is_agent_report

),

-- A side question's file holds the main thread's responses under request ids of its own.
repeated_in_agents as (

    select
        identified.line_id,
        min(main_responses.first_session_id) as first_session_id,
        min(main_responses.request_id) as request_id

    from identified

    inner join main_responses
        on identified.session_id = main_responses.session_id
        and identified.message_id = main_responses.message_id

    where
        identified.agent_id is not null
        and (
            identified.logged_at = main_responses.logged_at
            or (
                identified.input_tokens = main_responses.input_tokens
                and coalesce(identified.cache_read_input_tokens, 0)
                = coalesce(main_responses.cache_read_input_tokens, 0)
                and coalesce(identified.cache_creation_input_tokens, 0)
                = coalesce(main_responses.cache_creation_input_tokens, 0)
            )
        )

    group by identified.line_id

),

repeated_in_reports as (

    select
        identified.line_id,
        min(filed_responses.first_session_id) as first_session_id,
        min(filed_responses.request_id) as request_id

    from identified

    inner join filed_responses
        on identified.session_id = filed_responses.session_id
        and identified.message_id = filed_responses.message_id

    where identified.is_agent_report

    group by identified.line_id

),

resolved as (

    select
        identified.line_id,
        identified.message_id,
        coalesce(
            repeated_in_reports.first_session_id,
            repeated_in_agents.first_session_id,
            identified.first_session_id
        ) as first_session_id,
        coalesce(
            repeated_in_reports.request_id, repeated_in_agents.request_id, identified.request_id
        ) as request_id

    from identified

    left join repeated_in_agents
        on identified.line_id = repeated_in_agents.line_id

    left join repeated_in_reports
        on identified.line_id = repeated_in_reports.line_id

),

-- Responses of which some line lacks an id that another one of the session has.
request_ids as (

    select
        first_session_id,
        message_id,
        max(request_id) as request_id

    from resolved

    where message_id is not null

    group by
        first_session_id,
        message_id

    having count(*) > count(request_id)

),

completed as (

    select
        resolved.line_id,
        resolved.first_session_id,
        resolved.message_id,
        coalesce(resolved.request_id, request_ids.request_id) as request_id

    from resolved

    left join request_ids
        on resolved.first_session_id = request_ids.first_session_id
        and resolved.message_id = request_ids.message_id

)

select * from completed
