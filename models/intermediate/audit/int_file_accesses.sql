with

resolved as (

    select * from {{ ref('int_resolved_paths') }}

),

located as (

    select * from {{ ref('int_path_locations') }}

),

accesses as (

    select
        coalesce(resolved.tool_call_id, resolved.shown_line_id)
        || ':' || row_number() over (
            partition by
                resolved.tool_call_id,
                resolved.shown_line_id
            order by resolved.command_number asc, resolved.access_kind asc, resolved.file_path asc
        ) as file_access_id,
        resolved.tool_call_id,
        resolved.shown_line_id,
        resolved.session_id,
        resolved.access_source,
        resolved.access_kind,
        resolved.file_path,
        resolved.resolved_path,
        located.location

    from resolved

    inner join located
        on resolved.resolved_path = located.resolved_path
        and resolved.project is not distinct from located.project
        and resolved.session_directory is not distinct from located.session_directory

)

select * from accesses
