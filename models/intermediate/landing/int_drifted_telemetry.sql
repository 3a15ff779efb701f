with

events as (

    select * from {{ ref('int_telemetry_events') }}

),

points as (

    select * from {{ ref('stg_otel__metric_points') }}

),

lines as (

    select * from {{ ref('stg_otel__lines') }}

),

known_terms as (

    select * from {{ ref('known_log_terms') }}

),

-- Records without a session are of other programs.
terms as (

    select
        line_id,
        client_version,
        occurred_at as logged_at,
        'telemetry_event' as term_kind,
        coalesce(event_name, '(none)') as term,
        coalesce(cost_usd, input_tokens, output_tokens) is not null as could_change_figures

    from events

    where session_id <> ''

    union all

    select
        line_id,
        client_version,
        occurred_at as logged_at,
        'telemetry_metric' as term_kind,
        coalesce(metric_name, '(none)') as term,
        coalesce(unit in ('USD', 'tokens'), false) as could_change_figures

    from points

    where session_id <> ''

),

unknown_terms as (

    select terms.*

    from terms

    left join known_terms
        on known_terms.fleet = 'claude_code'
        and terms.term_kind = known_terms.term_kind
        and terms.term = known_terms.term

    where known_terms.term is null

),

placed as (

    select
        unknown_terms.line_id,
        'claude_code' as fleet,
        lines.host,
        lines.account,
        lines.source_path,
        lines.generation,
        lines.line_number,
        lines.byte_offset,
        min(unknown_terms.logged_at) as logged_at,
        min(unknown_terms.client_version) as client_version,
        unknown_terms.term_kind,
        unknown_terms.term,
        bool_or(unknown_terms.could_change_figures) as could_change_figures

    from unknown_terms

    inner join lines
        on unknown_terms.line_id = lines.line_id

    group by
        unknown_terms.line_id,
        lines.host,
        lines.account,
        lines.source_path,
        lines.generation,
        lines.line_number,
        lines.byte_offset,
        unknown_terms.term_kind,
        unknown_terms.term

)

select * from placed
