with recursive

transcripts as (

    select *

    from {{ ref('int_session_transcripts') }}

    where continued_in_session_id <> session_id

),

-- Distinct pairs, so that sessions that name one another in a circle come to an end.
reached as (

    select
        session_id,
        continued_in_session_id

    from transcripts

    union

    select
        reached.session_id,
        transcripts.continued_in_session_id

    from reached

    inner join transcripts
        on reached.continued_in_session_id = transcripts.session_id

),

ends as (

    select
        reached.session_id,
        max(reached.continued_in_session_id) as last_session_id

    from reached

    left join transcripts
        on reached.continued_in_session_id = transcripts.session_id

    where transcripts.session_id is null

    group by reached.session_id

)

select * from ends
