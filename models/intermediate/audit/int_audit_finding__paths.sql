{{ config(materialized='ephemeral') }}

with

rules as (

    select * from {{ ref('int_audit_rules') }}

),

file_accesses as (

    select * from {{ ref('int_file_accesses') }}

),

path_patterns as (

    select
        rule_id,
        scope,
        {{ each_part("coalesce(pattern, '%')", "'|'") }} as pattern

    from rules

    where applies_to = 'path'

),

path_exceptions as (

    select
        rule_id,
        {{ each_part('not_pattern', "'|'") }} as pattern

    from rules

    where
        applies_to = 'path'
        and not_pattern is not null

),

distinct_paths as (

    select distinct
        resolved_path,
        '/' || lower(resolved_path) as plain_path,
        access_kind,
        location

    from file_accesses

),

matching_paths as (

    select distinct
        path_patterns.rule_id,
        distinct_paths.resolved_path,
        distinct_paths.plain_path,
        distinct_paths.access_kind,
        distinct_paths.location

    from distinct_paths

    inner join path_patterns
        on (
            distinct_paths.access_kind = path_patterns.scope
            or (
                path_patterns.scope = 'write_outside_project'
                and distinct_paths.access_kind = 'write'
                and distinct_paths.location = 'outside'
            )
        )
        and (
            distinct_paths.plain_path like path_patterns.pattern
            or substring(distinct_paths.plain_path, 2) like path_patterns.pattern
        )

),

path_findings as (

    select distinct
        matching_paths.rule_id,
        file_accesses.tool_call_id,
        case when file_accesses.tool_call_id is null then file_accesses.file_access_id end as shown_access_id,
        file_accesses.resolved_path as found_path,
        cast(null as string) as found_host,
        cast(null as string) as secret_hash,
        cast(null as string) as found_in

    from matching_paths

    inner join file_accesses
        on matching_paths.resolved_path = file_accesses.resolved_path
        and matching_paths.access_kind = file_accesses.access_kind
        and matching_paths.location = file_accesses.location

    where not exists (
        select 1
        from path_exceptions
        where
            path_exceptions.rule_id = matching_paths.rule_id
            and matching_paths.plain_path like path_exceptions.pattern
    )

)

select * from path_findings
