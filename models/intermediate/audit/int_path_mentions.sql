{{ config(materialized='ephemeral') }}

with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

by_commands as (

    select * from {{ ref('int_command_paths') }}

),

by_tools as (

    select
        tool_call_id,
        0 as command_number,
        'tool' as access_source,
        case when tool_kind in ('edit', 'write') then 'write' else 'read' end as access_kind,
        file_path,
        cast(null as varchar) as changed_directory

    from tool_calls

    where
        file_path is not null
        and tool_kind in ('read', 'grep', 'glob', 'edit', 'write')

),

-- Only what has the shape of a path is taken for one: an argument may be anything else, and a secret.
shaped as (

    select * from by_tools

    union all

    select * from by_commands

    where
        {{ matches_regex('file_path', "'^[\\w.~/$@{}+:,*-]+$'") }}
        and {{ matches_regex('file_path', "'/|^~|\\.[A-Za-z]\\w{0,9}$'") }}
        -- Addresses, other machines, tokens, and expressions of sed are none.
        and not {{ matches_regex(
            'file_path', "'^[a-z]+://|^[\\w.-]+@?[\\w.-]*:[^/]|[A-Za-z0-9_+-]{48}|^s/|^/dev/(?:null|std)'"
        ) }}

)

select * from shaped
