with

lines as (

    select distinct
        session_id,
        model_call_id as response_id

    from {{ ref('int_claude_code_lines') }}

    where model_call_id is not null

),

calls as (

    select * from {{ ref('int_claude_code_model_calls') }}

),

session_calls as (

    select
        lines.session_id,
        calls.model_call_id

    from lines

    inner join calls
        on lines.response_id = calls.response_id

)

select * from session_calls
