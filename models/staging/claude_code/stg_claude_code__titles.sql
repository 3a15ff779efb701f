with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

parsed as (

    select
        host || '|' || account || '|' || source_path || '|' || generation || '|' || byte_offset as line_id,
        coalesce(session_id, regexp_extract(source_path, '([^/]+)\.jsonl$', 1)) as session_id,
        generation,
        byte_offset,
        record_type as title_kind,
        {{ parse_json(
            "coalesce(repaired, raw)",
            '{"customTitle": "VARCHAR", "aiTitle": "VARCHAR", "summary": "VARCHAR", "leafUuid": "VARCHAR"}'
        ) }} as line

    from landed

    where
        line_status <> 'rejected'
        and record_type in ('custom-title', 'ai-title', 'summary')

),

titles as (

    select
        line_id,
        session_id,
        generation,
        byte_offset,
        title_kind,
        coalesce(line.customtitle, line.aititle, line.summary) as title,
        line.leafuuid as leaf_uuid

    from parsed

)

select * from titles
