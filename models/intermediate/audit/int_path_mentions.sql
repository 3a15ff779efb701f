{{ config(materialized='ephemeral') }}

with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

by_commands as (

    select * from {{ ref('int_command_paths') }}

),

verbs as (

    select * from {{ ref('audit_terms') }}

    where term_kind in ('reading_verb', 'writing_verb')

),

by_tools as (

    select
        tool_call_id,
        0 as command_number,
        'tool' as access_source,
        case when tool_kind in ('edit', 'write') then 'write' else 'read' end as access_kind,
        file_path,
        cast(null as string) as changed_directory

    from tool_calls

    where
        file_path is not null
        and tool_kind in ('read', 'grep', 'glob', 'edit', 'write')

),

mcp_calls as (

    select
        tool_call_id,
        paths,
        lower(regexp_extract(tool_name, '^mcp__.+?__(.*)$', 1)) as tool_part

    from tool_calls

    where
        paths is not null
        and tool_kind = 'mcp'

),

-- What a tool of an MCP server does with a path, its name tells: a word of writing before one of reading.
mcp_kinds as (

    select
        mcp_calls.tool_call_id,
        max(verbs.term_kind) as verb_kind

    from mcp_calls

    inner join verbs
        on contains(mcp_calls.tool_part, verbs.term)

    group by mcp_calls.tool_call_id

),

by_mcp_tools as (

    select
        mcp_calls.tool_call_id,
        0 as command_number,
        'tool' as access_source,
        case mcp_kinds.verb_kind
            when 'writing_verb' then 'write'
            when 'reading_verb' then 'read'
            else 'unknown'
        end as access_kind,
        {{ each_part('mcp_calls.paths', 'chr(31)') }} as file_path,
        cast(null as string) as changed_directory

    from mcp_calls

    left join mcp_kinds
        on mcp_calls.tool_call_id = mcp_kinds.tool_call_id

),

by_commands_anywhere as (

    select
        by_commands.tool_call_id,
        by_commands.command_number,
        by_commands.access_source,
        by_commands.access_kind,
        {{ slashed_path('by_commands.file_path', 'tool_calls.working_directory') }} as file_path,
        {{ slashed_path('by_commands.changed_directory', 'tool_calls.working_directory') }} as changed_directory

    from by_commands

    inner join tool_calls
        on by_commands.tool_call_id = tool_calls.tool_call_id

),

-- Only what has the shape of a path is taken for one: an argument may be anything else, and a secret.
shaped as (

    select * from by_tools

    union all

    select * from by_mcp_tools

    union all

    select * from by_commands_anywhere

    where
        {{ matches_regex('file_path', "'^[\\w.~/$@{}+:,*-]+$'") }}
        and {{ matches_regex('file_path', "'/|^~|\\.[A-Za-z]\\w{0,9}$'") }}
        -- Addresses, other machines, tokens, and expressions of sed are none.
        and not {{ matches_regex(
            'file_path', "'^[a-z]+://|^[\\w.-]+@?[\\w.-]*:[^/]|[A-Za-z0-9_+-]{48}|^s/|^/dev/(?:null|std)'"
        ) }}

)

select * from shaped
