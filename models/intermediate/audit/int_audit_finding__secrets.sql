{{ config(materialized='ephemeral') }}

with

rules as (

    select * from {{ ref('int_audit_rules') }}

),

secrets as (

    select * from {{ ref('int_secrets') }}

),

secret_patterns as (

    select
        rule_id,
        {{ each_part("case when scope = 'expression' then rule_id else pattern end", "'|'") }} as secret_type

    from rules

    where applies_to = 'output'

),

secret_findings as (

    select distinct
        secret_patterns.rule_id,
        secrets.tool_call_id,
        cast(null as string) as shown_access_id,
        cast(null as string) as found_path,
        cast(null as string) as found_host,
        secrets.secret_hash,
        secrets.found_in

    from secrets

    inner join secret_patterns
        on secrets.secret_type = secret_patterns.secret_type

)

select * from secret_findings
