{{ config(materialized='ephemeral') }}

with

rules as (

    select * from {{ ref('int_audit_rules') }}

),

urls as (

    select * from {{ ref('int_urls') }}

),

url_patterns as (

    select
        rule_id,
        scope,
        {{ each_part("coalesce(pattern, '%')", "'|'") }} as pattern

    from rules

    where applies_to = 'url'

),

url_findings as (

    select distinct
        url_patterns.rule_id,
        urls.tool_call_id,
        cast(null as string) as shown_access_id,
        cast(null as string) as found_path,
        urls.url_host as found_host,
        cast(null as string) as secret_hash,
        cast(null as string) as found_in

    from urls

    inner join url_patterns
        on urls.url_host || '/' || urls.url_path like url_patterns.pattern

    where
        url_patterns.scope is null
        or not urls.is_allowed_host

)

select * from url_findings
