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
        host,
        account,
        source_path,
        generation,
        byte_offset,
        {{ utc_timestamp('logged_timestamp') }} as logged_at,
        record_type as title_kind,
        coalesce(custom_title, ai_title, summary) as title,
        leaf_uuid

    from landed

    where
        line_status <> 'rejected'
        and record_type in ('custom-title', 'ai-title', 'summary')

)

select * from titles
