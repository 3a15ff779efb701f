-- Every assistant line with a model belongs to exactly one model call; the only named exclusion is Claude Code's own <synthetic> texts.
with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

call_lines as (

    select * from {{ ref('int_claude_code_call_lines') }}

),

calls as (

    select * from {{ ref('fct_model_calls') }}

),

lost as (

    select lines.line_id

    from lines

    left join call_lines
        on lines.line_id = call_lines.line_id

    left join calls
        on call_lines.model_call_id = calls.model_call_id

    where
        lines.record_type = 'assistant'
        and lines.model is not null
        and lines.model <> '<synthetic>'
        and calls.model_call_id is null

)

select * from lost
