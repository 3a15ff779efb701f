with

lines as (

    select * from {{ ref('stg_claude_code__file_lines') }}

),

owners as (

    select * from {{ ref('int_claude_code_session_owners') }}

),

newest as (

    select
        lines.host,
        lines.account,
        lines.source_path,
        max(lines.generation) as generation

    from lines

    inner join owners
        on lines.session_id = owners.session_id
        and lines.host = owners.host
        and lines.account = owners.account

    group by
        lines.host,
        lines.account,
        lines.source_path

),

files as (

    select
        min_by(lines.line_id, lines.byte_offset) as file_id,
        lines.session_id,
        lines.file_kind,
        lines.agent_id,
        lines.workflow_run_id,
        lines.host,
        lines.account,
        lines.source_path,
        max(lines.custom_title) as custom_title,
        max(lines.agent_type) as agent_type,
        max(lines.started_by_tool_use_id) as started_by_tool_use_id,
        max(lines.parent_agent_id) as parent_agent_id,
        case
            when lines.file_kind in ('tool_result', 'workflow', 'file_history') and count(*) = count(lines.line_text)
                then {{ joined_in_order('lines.line_text', 'lines.byte_offset') }}
        end as file_text

    from lines

    inner join newest
        on lines.host = newest.host
        and lines.account = newest.account
        and lines.source_path = newest.source_path
        and lines.generation = newest.generation

    group by
        lines.session_id,
        lines.file_kind,
        lines.agent_id,
        lines.workflow_run_id,
        lines.host,
        lines.account,
        lines.source_path

)

select * from files
