{{ config(materialized='table') }}

with

landed as (

    select * from {{ source('landing', 'claude_code_lines') }}

),

titles as (

    select
        {{ line_id() }} as line_id,
        replace(
            coalesce({{ logged_id('session_id') }}, regexp_extract(source_path, '([^/]+)\.jsonl$', 1)), '/', '%2F'
        ) as session_id,
        generation,
        byte_offset,
        record_type as title_kind,
        coalesce(custom_title, ai_title, summary) as title,
        leaf_uuid

    from landed

    where
        line_status <> 'rejected'
        and record_type in ('custom-title', 'ai-title', 'summary')

)

select * from titles
