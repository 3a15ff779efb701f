{{ config(materialized='ephemeral') }}

with

ends as (

    select * from {{ ref('int_claude_code_task_ends') }}

),

change_claims as (

    select * from {{ ref('change_claims') }}

),

answers as (

    select
        ends.thread_id as task_id,
        ends.answer_text is not null or ends.ended_on = 'structured_output' as has_answer,
        max(coalesce({{ matches_regex('ends.answer_text', 'change_claims.claim_pattern') }}, false)) as claims_a_change

    from ends

    cross join change_claims

    group by
        ends.thread_id,
        ends.answer_text is not null or ends.ended_on = 'structured_output'

)

select * from answers
