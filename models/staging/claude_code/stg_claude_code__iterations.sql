{{ config(materialized='table') }}

with

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

listed as (

    select
        line_id,
        {{ parse_json(
            'usage_iterations',
            '[{"type": "VARCHAR", "model": "VARCHAR", "input_tokens": "VARCHAR", "output_tokens": "VARCHAR", "cache_read_input_tokens": "VARCHAR", "cache_creation_input_tokens": "VARCHAR", "cache_creation": {"ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR"}}]'
        ) }} as iterations

    from blocks

    -- It stands on each of a line's blocks.
    where
        block_number = 1
        and usage_iterations is not null

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
