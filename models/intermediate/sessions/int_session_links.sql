with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

states as (

    select * from {{ ref('stg_claude_code__session_states') }}

),

file_lines as (

    select * from {{ ref('stg_claude_code__file_lines') }}

),

titles as (

    select * from {{ ref('stg_claude_code__titles') }}

),

log_records as (

    select * from {{ ref('stg_otel__log_records') }}

),

metric_points as (

    select * from {{ ref('stg_otel__metric_points') }}

),

mu_events as (

    select
        *,
        host || '/' || daemon_id || '/' || logged_session_id as session_id

    from {{ ref('stg_mu__events') }}

),

-- What a session holds, by names that another one may hold, too.
names as (

    select
        session_id,
        'session' as link_kind,
        session_id as link_name

    from lines

    union all

    select
        session_id,
        'line' as link_kind,
        line_uuid as link_name

    from lines

    union all

    -- What a copy is called itself, by which a copy of it names it.
    select
        session_id,
        'line' as link_kind,
        own_uuid as link_name

    from lines

    where forked_from_session_id is not null

    union all

    select
        session_id,
        'session' as link_kind,
        session_id as link_name

    from file_lines

    -- Sessions meet in the plans that they name.
    {% for plans, name in [('lines', 'plan_name'), ('file_lines', 'plan_name'), ('file_lines', 'session_plan_name')] %}
        union all

        select
            session_id,
            'plan' as link_kind,
            concat_ws('/', host, account, {{ name }}) as link_name

        from {{ plans }}

        where {{ name }} is not null

    {% endfor %}

    union all

    select
        lines.session_id,
        'session' as link_kind,
        states.continued_in_session_id as link_name

    from lines

    inner join states
        on lines.line_id = states.line_id

    union all

    select
        session_id,
        'line' as link_kind,
        source_tool_assistant_uuid as link_name

    from lines

    union all

    select
        session_id,
        'response' as link_kind,
        message_id || ' ' || request_id as link_name

    from lines

    where record_type = 'assistant'

    union all

    select
        lines.session_id,
        'tool_call' as link_kind,
        case
            when {{ is_tool_use('blocks.block_type') }} then coalesce(blocks.tool_use_id, '')
            else blocks.result_tool_use_id
        end as link_name

    from lines

    inner join blocks
        on lines.line_id = blocks.line_id

    where
        {{ is_tool_use('blocks.block_type') }}
        or {{ is_tool_result('blocks.block_type') }}

    union all

    select
        session_id,
        'title' as link_kind,
        coalesce(leaf_uuid, '') as link_name

    from titles

    union all

    select
        session_id,
        'session' as link_kind,
        session_id as link_name

    from mu_events

    union all

    select
        session_id,
        'task' as link_kind,
        task_id as link_name

    from mu_events

    -- What is told of a session elsewhere is of it.
    {% for records in ['log_records', 'metric_points'] %}
        union all

        select
            session_id,
            'session' as link_kind,
            session_id as link_name

        from {{ records }}

    {% endfor %}

),

links as (

    select distinct
        session_id,
        link_kind,
        -- A title names a line.
        {{ short_hash("case when link_kind = 'title' then 'line' else link_kind end || ' ' || link_name") }} as link

    from names

    where link_name is not null

)

select * from links
