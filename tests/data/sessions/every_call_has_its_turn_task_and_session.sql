-- No call may hang in the air: a fan-out or a lost join would show here before it shows in a sum.
with

calls as (

    select * from {{ ref('fct_model_calls') }}

),

turns as (

    select * from {{ ref('fct_turns') }}

),

orphans as (

    select calls.model_call_id

    from calls

    left join turns
        on calls.turn_id = turns.turn_id
        and calls.task_id = turns.task_id
        and calls.session_id = turns.session_id

    where turns.turn_id is null

)

select * from orphans
