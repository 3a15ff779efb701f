with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

states as (

    select * from {{ ref('stg_claude_code__session_states') }}

),

owners as (

    select * from {{ ref('int_claude_code_session_owners') }}

),

own_lines as (

    select
        lines.*,
        concat_ws(
            ' ',
            coalesce({{ time_key('lines.logged_at') }}, ''),
            lines.source_path,
            lpad(cast(lines.generation as string), 6, '0'),
            lpad(cast(lines.byte_offset as string), 15, '0')
        ) as line_key

    from lines

    inner join owners
        on lines.session_id = owners.session_id
        and lines.host = owners.host
        and lines.account = owners.account

    where lines.agent_id is null

),

-- The file that the newest of a session's lines stand in is the one that it is taken up from.
files as (

    select
        session_id,
        max_by(source_path, line_key) as source_path,
        max_by(project_slug, line_key) as project_slug

    from own_lines

    where record_type in ('user', 'assistant')

    group by session_id

),

directories as (

    select
        session_id,
        cwd as directory,
        max(line_key) as last_key

    from own_lines

    where cwd is not null

    group by
        session_id,
        cwd

    union all

    select
        own_lines.session_id,
        coalesce(states.relocated_to, states.worktree) as directory,
        own_lines.line_key as last_key

    from own_lines

    inner join states
        on own_lines.line_id = states.line_id

    where coalesce(states.relocated_to, states.worktree) is not null

    union all

    select
        own_lines.session_id,
        states.worktree_of as directory,
        own_lines.line_key as last_key

    from own_lines

    inner join states
        on own_lines.line_id = states.line_id

    where states.worktree_of is not null

),

-- Claude Code looks for a session in the place that is named after the directory one is in.
named as (

    select
        files.session_id,
        max_by(directories.directory, directories.last_key) as resume_in

    from files

    inner join directories
        on files.session_id = directories.session_id

    where
        files.project_slug = {{ project_slug('directories.directory') }}
        -- A long name is cut, and a hash put behind it.
        or starts_with(files.project_slug, left({{ project_slug('directories.directory') }}, 200) || '-')
        and length({{ project_slug('directories.directory') }}) > 200

    group by files.session_id

),

continuations as (

    select
        own_lines.session_id,
        max_by(states.continued_in_session_id, own_lines.line_key) as continued_in_session_id

    from own_lines

    inner join states
        on own_lines.line_id = states.line_id

    where states.continued_in_session_id is not null

    group by own_lines.session_id

),

transcripts as (

    select
        files.session_id,
        regexp_extract(files.source_path, '([^/]+)\.[a-z]+$', 1) as transcript_id,
        files.project_slug,
        named.resume_in,
        continuations.continued_in_session_id

    from files

    left join named
        on files.session_id = named.session_id

    left join continuations
        on files.session_id = continuations.session_id

)

select * from transcripts
