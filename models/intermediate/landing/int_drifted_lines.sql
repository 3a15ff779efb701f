with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

side_records as (

    select * from {{ ref('stg_claude_code__side_records') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

iterations as (

    select * from {{ ref('stg_claude_code__iterations') }}

),

mu_events as (

    select * from {{ ref('stg_mu__events') }}

),

unknown_terms as (

    select * from {{ ref('int_unknown_log_terms') }}

),

usage_fields as (

    select
        usage_fields.fleet,
        usage_fields.usage_fields,
        usage_fields.term

    from {{ ref('int_log_usage_fields') }} as usage_fields

    inner join unknown_terms
        on usage_fields.fleet = unknown_terms.fleet
        and usage_fields.term = unknown_terms.term

    where unknown_terms.term_kind = 'usage_field'

),

-- A record without a message changes no figure; what a message or a usage holds may.
claude_code_holders as (

    select
        side_records.line_id,
        unknown_terms.term_kind,
        unknown_terms.term,
        side_records.has_message as could_change_figures

    from side_records

    inner join unknown_terms
        on coalesce(side_records.record_type, '(none)') = unknown_terms.term

    where unknown_terms.term_kind = 'record_type'

    union all

    select distinct
        blocks.line_id,
        unknown_terms.term_kind,
        unknown_terms.term,
        true as could_change_figures

    from blocks

    inner join unknown_terms
        on coalesce(blocks.block_type, '(none)') = unknown_terms.term

    where unknown_terms.term_kind = 'block_type'

    union all

    select distinct
        blocks.line_id,
        'usage_field' as term_kind,
        usage_fields.term,
        true as could_change_figures

    from blocks

    inner join usage_fields
        on blocks.usage_fields = usage_fields.usage_fields

    where usage_fields.fleet = 'claude_code'

    union all

    select distinct
        iterations.line_id,
        unknown_terms.term_kind,
        unknown_terms.term,
        true as could_change_figures

    from iterations

    inner join unknown_terms
        on coalesce(iterations.iteration_type, '(none)') = unknown_terms.term

    where unknown_terms.term_kind = 'iteration_type'

),

mu_holders as (

    select
        mu_events.line_id,
        unknown_terms.term_kind,
        unknown_terms.term,
        mu_events.usage_fields is not null as could_change_figures

    from mu_events

    inner join unknown_terms
        on coalesce(mu_events.event_kind, '(none)') = unknown_terms.term

    where unknown_terms.term_kind = 'event_kind'

    union all

    select
        mu_events.line_id,
        'usage_field' as term_kind,
        usage_fields.term,
        true as could_change_figures

    from mu_events

    inner join usage_fields
        on mu_events.usage_fields = usage_fields.usage_fields

    where usage_fields.fleet = 'mu'

),

placed as (

    {% for logged, holders, version in [
        ('lines', 'claude_code_holders', 'version'), ('mu_events', 'mu_holders', 'cast(null as string)')
    ] -%}
        select
            logged.line_id,
            logged.fleet,
            logged.host,
            logged.account,
            logged.source_path,
            logged.generation,
            logged.line_number,
            logged.byte_offset,
            logged.logged_at,
            {{ version }} as client_version,
            holders.term_kind,
            holders.term,
            holders.could_change_figures

        from {{ logged }} as logged

        inner join {{ holders }} as holders
            on logged.line_id = holders.line_id

        {% if not loop.last -%}
            union all

        {% endif -%}
    {% endfor %}

)

select * from placed
