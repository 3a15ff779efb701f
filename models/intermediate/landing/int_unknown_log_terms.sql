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

known_terms as (

    select * from {{ ref('known_log_terms') }}

),

-- Usages have few different sets of fields: each is taken apart once, not once a line.
usage_shapes as (

    select distinct
        'claude_code' as fleet,
        usage_fields

    from blocks

    where usage_fields is not null

    union all

    select distinct
        'mu' as fleet,
        usage_fields

    from mu_events

    where usage_fields is not null

),

usage_fields as (

    select distinct
        fleet,
        usage_fields,
        {{ each_part('usage_fields', 'chr(31)') }} as term

    from usage_shapes

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

),

unknown_usage_fields as (

    select
        usage_fields.fleet,
        usage_fields.usage_fields,
        usage_fields.term

    from usage_fields

    inner join unknown_terms
        on usage_fields.fleet = unknown_terms.fleet
        and usage_fields.term = unknown_terms.term

    where unknown_terms.term_kind = 'usage_field'

),

claude_code_holders as (

    select
        lines.line_id,
        unknown_terms.term_kind,
        unknown_terms.term

    from lines

    inner join unknown_terms
        on coalesce(lines.record_type, '(none)') = unknown_terms.term

    where unknown_terms.term_kind = 'record_type'

    union distinct

    select
        blocks.line_id,
        unknown_terms.term_kind,
        unknown_terms.term

    from blocks

    inner join unknown_terms
        on coalesce(blocks.block_type, '(none)') = unknown_terms.term

    where unknown_terms.term_kind = 'block_type'

    union distinct

    select
        blocks.line_id,
        'usage_field' as term_kind,
        unknown_usage_fields.term

    from blocks

    inner join unknown_usage_fields
        on blocks.usage_fields = unknown_usage_fields.usage_fields

    where unknown_usage_fields.fleet = 'claude_code'

),

mu_holders as (

    select
        mu_events.line_id,
        unknown_terms.term_kind,
        unknown_terms.term

    from mu_events

    inner join unknown_terms
        on coalesce(mu_events.event_kind, '(none)') = unknown_terms.term

    where unknown_terms.term_kind = 'event_kind'

    union all

    select
        mu_events.line_id,
        'usage_field' as term_kind,
        unknown_usage_fields.term

    from mu_events

    inner join unknown_usage_fields
        on mu_events.usage_fields = unknown_usage_fields.usage_fields

    where unknown_usage_fields.fleet = 'mu'

),

placed as (

    select
        lines.line_id,
        lines.fleet,
        lines.host,
        lines.account,
        lines.source_path,
        lines.generation,
        lines.line_number,
        lines.byte_offset,
        lines.logged_at,
        lines.version as client_version,
        claude_code_holders.term_kind,
        claude_code_holders.term

    from lines

    inner join claude_code_holders
        on lines.line_id = claude_code_holders.line_id

    union all

    select
        mu_events.line_id,
        mu_events.fleet,
        mu_events.host,
        mu_events.account,
        mu_events.source_path,
        mu_events.generation,
        mu_events.line_number,
        mu_events.byte_offset,
        mu_events.logged_at,
        cast(null as varchar) as client_version,
        mu_holders.term_kind,
        mu_holders.term

    from mu_events

    inner join mu_holders
        on mu_events.line_id = mu_holders.line_id

)

select * from placed
