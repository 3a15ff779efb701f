with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

shared_uuids as (

    select line_uuid

    from lines

    where line_uuid is not null

    group by line_uuid

    having
        min(session_id) <> max(session_id)
        or min(coalesce(agent_id, '')) <> max(coalesce(agent_id, ''))

),

shared_messages as (

    select
        message_id,
        request_id

    from lines

    where
        record_type = 'assistant'
        and message_id is not null
        and request_id is not null

    group by
        message_id,
        request_id

    having
        min(session_id) <> max(session_id)
        or min(coalesce(agent_id, '')) <> max(coalesce(agent_id, ''))

),

marked as (

    select
        lines.session_id,
        lines.agent_id,
        lines.host,
        lines.account,
        lines.provider,
        lines.git_branch,
        lines.cwd,
        lines.project_slug,
        lines.logged_at,
        lines.record_type in ('user', 'assistant') as is_message,
        coalesce(cast(lines.logged_at as varchar), 'none') || lines.line_id as first_key,
        (
            lines.forked_from_session_id is null
            and shared_uuids.line_uuid is null
            and shared_messages.message_id is null
        ) as is_own

    from lines

    left join shared_uuids
        on lines.line_uuid = shared_uuids.line_uuid

    left join shared_messages
        on lines.message_id = shared_messages.message_id
        and lines.request_id = shared_messages.request_id

),

threads as (

    select
        session_id,
        agent_id,
        min_by(host, first_key) as host,
        min_by(account, first_key) as account,
        min_by(provider, first_key) as provider,
        min_by(git_branch, first_key) as git_branch,
        min_by(cwd, case when cwd is not null then first_key end) as first_cwd,
        min(project_slug) as project_slug,
        max(is_message) as has_messages,
        max(logged_at) as last_logged_at,
        min(case when is_own then logged_at end) as own_started_at

    from marked

    group by
        session_id,
        agent_id

),

sessions as (

    select
        session_id,
        max(last_logged_at) as session_last_logged_at,
        min(own_started_at) as session_own_started_at

    from threads

    group by session_id

),

ranked as (

    select
        threads.session_id || coalesce('/' || threads.agent_id, '') as thread_id,
        threads.session_id,
        threads.agent_id,
        threads.host,
        threads.account,
        threads.provider,
        threads.git_branch,
        threads.first_cwd,
        threads.project_slug,
        threads.has_messages,
        threads.own_started_at,
        row_number() over (
            order by
                sessions.session_own_started_at asc nulls first,
                sessions.session_last_logged_at asc nulls last,
                threads.session_id asc,
                threads.own_started_at asc nulls last,
                threads.agent_id asc nulls first
        ) as precedence

    from threads

    inner join sessions
        on threads.session_id = sessions.session_id

)

select * from ranked
