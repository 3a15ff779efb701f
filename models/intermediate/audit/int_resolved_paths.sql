{{ config(materialized='ephemeral') }}

with

mentions as (

    select * from {{ ref('int_path_mentions') }}

),

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

session_projects as (

    select * from {{ ref('int_session_projects') }}

),

shown_files as (

    select * from {{ ref('int_shown_files') }}

),

mentioned as (

    select
        mentions.*,
        cast(null as string) as shown_line_id,
        tool_calls.session_id,
        tool_calls.working_directory

    from mentions

    inner join tool_calls
        on mentions.tool_call_id = tool_calls.tool_call_id

    union all

    select
        cast(null as string) as tool_call_id,
        0 as command_number,
        'attachment' as access_source,
        'read' as access_kind,
        file_path,
        cast(null as string) as changed_directory,
        line_id as shown_line_id,
        session_id,
        cwd as working_directory

    from shown_files

),

with_places as (

    select
        mentioned.*,
        session_projects.project,
        session_projects.cwd as session_directory,
        {{ home_of('coalesce(mentioned.working_directory, session_projects.cwd)') }} as home,
        {{ plain_path('mentioned.file_path', 'mentioned.working_directory') }} as plain_file_path,
        {{ plain_path('mentioned.changed_directory', 'mentioned.working_directory') }} as plain_directory

    from mentioned

    left join session_projects
        on mentioned.session_id = session_projects.session_id

),

based as (

    select
        *,
        case
            when plain_directory is null then replace(working_directory, '\', '/')
            when {{ is_absolute_path('plain_directory') }} then plain_directory
            when plain_directory like '~%' then home || substring(plain_directory, 2)
            when not {{ matches_regex('plain_directory', "'[$…*-]'") }}
                then replace(working_directory, '\', '/') || '/' || plain_directory
        end as base_directory

    from with_places

),

absolute as (

    select
        *,
        case
            when {{ is_absolute_path('plain_file_path') }} then plain_file_path
            when plain_file_path like '~%' then coalesce(home || substring(plain_file_path, 2), plain_file_path)
            when plain_file_path like '%$%' then plain_file_path
            else coalesce(base_directory || '/' || plain_file_path, plain_file_path)
        end as whole_path

    from based

),

resolved as (

    select
        *,
        {{ lexical_path('whole_path') }} as resolved_path

    from absolute

)

select * from resolved
