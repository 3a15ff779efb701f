-- Every assistant line belongs to exactly one model call; the one exclusion is Claude Code's own <synthetic> texts.
with

lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

calls as (

    select * from {{ ref('fct_model_calls') }}

),

lost as (

    select lines.line_id

    from lines

    left join calls
        on lines.model_call_id = calls.model_call_id

    where
        lines.record_type = 'assistant'
        and coalesce(lines.model, '') <> '<synthetic>'
        and calls.model_call_id is null

)

select * from lost
