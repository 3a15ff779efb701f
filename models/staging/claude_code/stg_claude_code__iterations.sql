{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

-- One request within a response is the response, unless it is one of those that its usage leaves out.
with_json as (

    select
        {{ line_id() }} as line_id,
        {{ line_json() }} as line_text

    from landed

    where
        line_status <> 'rejected'
        and record_type = 'assistant'
        and (
            usage_iterations > 1
            or (
                usage_iterations = 1
                and (contains({{ line_json() }}, 'advisor_message') or contains({{ line_json() }}, 'compaction'))
            )
        )

    union all

    select
        {{ line_id() }} as line_id,
        cast({{ json_object_at(agent_message_json(), '$.message') }} as string) as line_text

    from landed

    where
        {{ reports_agent_message() }}
        and contains({{ line_json() }}, '"iterations"')

),

listed as (

    select
        line_id,
        {{ parse_json(
            'line_text',
            '{"message": {"usage": {"iterations": [{"type": "VARCHAR", "model": "VARCHAR", "input_tokens": "VARCHAR", "output_tokens": "VARCHAR", "cache_read_input_tokens": "VARCHAR", "cache_creation_input_tokens": "VARCHAR", "cache_creation": {"ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR"}}]}}}'
        ) }}.message.usage.iterations as iterations

    from with_json

),

unnested as (

    select
        line_id,
        unnest(iterations) as iteration,
        generate_subscripts(iterations, 1) as iteration_number

    from listed

),

iterations as (

    select
        line_id,
        iteration_number,
        iteration.type as iteration_type,
        {{ logged_id('iteration.model') }} as model,
        {{ count_from_json('iteration.input_tokens') }} as input_tokens,
        {{ count_from_json('iteration.output_tokens') }} as output_tokens,
        {{ count_from_json('iteration.cache_read_input_tokens') }} as cache_read_input_tokens,
        {{ count_from_json('iteration.cache_creation_input_tokens') }} as cache_creation_input_tokens,
        {{ count_from_json('iteration.cache_creation.ephemeral_5m_input_tokens') }} as ephemeral_5m_input_tokens,
        {{ count_from_json('iteration.cache_creation.ephemeral_1h_input_tokens') }} as ephemeral_1h_input_tokens

    from unnested

)

select * from iterations
