with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

mu_events as (

    select * from {{ ref('stg_mu__events') }}

),

iterations as (

    select * from {{ ref('stg_claude_code__iterations') }}

),

usage_fields as (

    select * from {{ ref('int_log_usage_fields') }}

),

known_terms as (

    select * from {{ ref('known_log_terms') }}

),

-- What names no term stands for one that nobody knows.
terms as (

    select distinct
        'claude_code' as fleet,
        'record_type' as term_kind,
        coalesce(record_type, '(none)') as term

    from lines

    union all

    select distinct
        'claude_code' as fleet,
        'block_type' as term_kind,
        coalesce(block_type, '(none)') as term

    from blocks

    union all

    select distinct
        'claude_code' as fleet,
        'iteration_type' as term_kind,
        coalesce(iteration_type, '(none)') as term

    from iterations

    union all

    select distinct
        'mu' as fleet,
        'event_kind' as term_kind,
        coalesce(event_kind, '(none)') as term

    from mu_events

    union all

    select distinct
        fleet,
        'usage_field' as term_kind,
        term

    from usage_fields

),

-- A known term that ends in * stands for all that begin so.
unknown_terms as (

    select terms.*

    from terms

    where not exists (
        select known_terms.term
        from known_terms
        where
            terms.fleet = known_terms.fleet
            and terms.term_kind = known_terms.term_kind
            and (
                terms.term = known_terms.term
                or (
                    right(known_terms.term, 1) = '*'
                    and left(terms.term, length(known_terms.term) - 1) = replace(known_terms.term, '*', '')
                )
            )
    )

)

select * from unknown_terms
