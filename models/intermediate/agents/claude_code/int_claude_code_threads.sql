with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

owners as (

    select * from {{ ref('int_claude_code_session_owners') }}

),

shared_uuids as (

    select line_uuid

    from lines

    where line_uuid is not null

    group by line_uuid

    having min(thread_id) <> max(thread_id)

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

    having min(thread_id) <> max(thread_id)

),

marked as (

    select
        lines.thread_id,
        lines.session_id,
        lines.agent_id,
        owners.host,
        owners.account,
        owners.provider,
        lines.git_branch,
        lines.cwd,
        lines.project_slug,
        lines.logged_at,
        lines.record_type in ('user', 'assistant') as is_message,
        -- What is told of a thread by its first line is told by that of its owner's copy, as it stands in the file.
        concat_ws(
            ' ',
            case when lines.host = owners.host and lines.account = owners.account then '0' else '1' end,
            coalesce(cast(lines.logged_at as string), 'none'),
            lines.source_path,
            lpad(cast(lines.generation as string), 6, '0'),
            lpad(cast(lines.byte_offset as string), 15, '0')
        ) as first_key,
        (
            lines.forked_from_session_id is null
            and shared_uuids.line_uuid is null
            and shared_messages.message_id is null
        ) as is_own

    from lines

    inner join owners
        on lines.session_id = owners.session_id

    left join shared_uuids
        on lines.line_uuid = shared_uuids.line_uuid

    left join shared_messages
        on lines.message_id = shared_messages.message_id
        and lines.request_id = shared_messages.request_id

),

threads as (

    select
        thread_id,
        session_id,
        agent_id,
        host,
        account,
        provider,
        min_by(git_branch, first_key) as git_branch,
        min_by(cwd, case when cwd is not null then first_key end) as first_cwd,
        min_by(project_slug, first_key) as project_slug,
        max(is_message) as has_messages,
        max(logged_at) as last_logged_at,
        min(case when is_own then logged_at end) as own_started_at

    from marked

    group by
        thread_id,
        session_id,
        agent_id,
        host,
        account,
        provider

),

-- The main thread tells when a session began: a side question's file repeats the history, also that
-- of a fork's original.
sessions as (

    select
        session_id,
        max(last_logged_at) as session_last_logged_at,
        case
            when max(agent_id is null) then min(case when agent_id is null then own_started_at end)
            else min(own_started_at)
        end as session_own_started_at

    from threads

    group by session_id

),

-- As texts times sort as they do as times, where what follows them sorts before a fraction's point.
placed as (

    select
        threads.thread_id,
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
        coalesce('1 ' || cast(sessions.session_own_started_at as string), '0')
        || coalesce(' 0 ' || cast(sessions.session_last_logged_at as string), ' 1')
        || ' ' || threads.session_id
        || case
            when threads.agent_id is null then ' 0'
            else
                ' 1' || coalesce(' 0 ' || cast(threads.own_started_at as string), ' 1')
                || ' ' || threads.agent_id
        end as precedence

    from threads

    inner join sessions
        on threads.session_id = sessions.session_id

)

select * from placed
