with

lines as (

    select * from {{ ref('stg_claude_code__file_lines') }}

),

owners as (

    select * from {{ ref('int_claude_code_session_owners') }}

),

plan_sessions as (

    select * from {{ ref('int_claude_code_plan_sessions') }}

),

newest as (

    select
        host,
        account,
        source_path,
        session_id,
        plan_name,
        session_plan_name,
        max(generation) as generation

    from lines

    group by
        host,
        account,
        source_path,
        session_id,
        plan_name,
        session_plan_name

),

plans as (

    select *

    from newest

    where plan_name is not null

),

owned as (

    select
        newest.host,
        newest.account,
        newest.source_path,
        newest.generation,
        newest.session_id

    from newest

    inner join owners
        on newest.session_id = owners.session_id
        and newest.host = owners.host
        and newest.account = owners.account

    union all

    select
        plans.host,
        plans.account,
        plans.source_path,
        plans.generation,
        coalesce(named.session_id, of_session.session_id) as session_id

    from plans

    left join plan_sessions as named
        on plans.host = named.host
        and plans.account = named.account
        and plans.plan_name = named.plan_name

    left join plan_sessions as of_session
        on plans.host = of_session.host
        and plans.account = of_session.account
        and plans.session_plan_name = of_session.plan_name

    where coalesce(named.session_id, of_session.session_id) is not null

),

files as (

    select
        min_by(lines.line_id, lines.byte_offset) as file_id,
        owned.session_id,
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
            when
                lines.file_kind in ('tool_result', 'workflow', 'file_history', 'plan')
                and count(*) = count(lines.line_text)
                then {{ joined_in_order('lines.line_text', 'lines.byte_offset') }}
        end as file_text

    from lines

    inner join owned
        on lines.host = owned.host
        and lines.account = owned.account
        and lines.source_path = owned.source_path
        and lines.generation = owned.generation

    group by
        owned.session_id,
        lines.file_kind,
        lines.agent_id,
        lines.workflow_run_id,
        lines.host,
        lines.account,
        lines.source_path

)

select * from files
