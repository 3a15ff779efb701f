with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

responses as (

    select
        lines.*,
        threads.thread_id,
        threads.precedence,
        coalesce(
            lines.request_id,
            max(lines.request_id) over (partition by lines.session_id, lines.message_id)
        ) as response_request_id

    from lines

    inner join threads
        on
            lines.session_id = threads.session_id
            and coalesce(lines.agent_id, '') = coalesce(threads.agent_id, '')

    where
        lines.record_type = 'assistant'
        and lines.model is not null
        -- Claude Code writes its own error texts as responses of a model of this name; no provider was called.
        and lines.model <> '<synthetic>'

),

keyed as (

    select
        *,
        case
            when message_id is null then 'line:' || coalesce(line_uuid, line_id)
            when response_request_id is null then session_id || ':' || message_id
            else message_id || ':' || response_request_id
        end as model_call_id

    from responses

)

select * from keyed
