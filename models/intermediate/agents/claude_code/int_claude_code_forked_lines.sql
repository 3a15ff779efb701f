with recursive

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

-- A fork may give its lines names of their own, and says of each what it was called in the session that was forked.
forked as (

    select distinct
        own_uuid,
        line_uuid

    from lines

    where
        forked_from_session_id is not null
        and own_uuid <> line_uuid

),

-- Distinct pairs, so that lines that name one another in a circle come to an end.
traced as (

    select
        own_uuid,
        line_uuid

    from forked

    union

    select
        traced.own_uuid,
        forked.line_uuid

    from traced

    inner join forked
        on traced.line_uuid = forked.own_uuid

),

origins as (

    select
        traced.own_uuid,
        min(traced.line_uuid) as origin_uuid

    from traced

    left join forked
        on traced.line_uuid = forked.own_uuid

    where forked.own_uuid is null

    group by traced.own_uuid

),

copies_of_copies as (

    select
        lines.session_id,
        lines.line_uuid,
        min(origins.origin_uuid) as origin_uuid

    from lines

    inner join origins
        on lines.line_uuid = origins.own_uuid

    where lines.forked_from_session_id is not null

    group by
        lines.session_id,
        lines.line_uuid

)

select * from copies_of_copies
