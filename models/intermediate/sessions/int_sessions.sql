with

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

fork_parents as (

    select * from {{ ref('int_claude_code_session_parents') }}

),

titles as (

    select * from {{ ref('int_session_titles') }}

),

projects as (

    select * from {{ ref('int_session_projects') }}

),

transcripts as (

    select * from {{ ref('int_session_transcripts') }}

),

continuations as (

    select * from {{ ref('int_session_continuations') }}

),

spans as (

    select * from {{ ref('int_session_spans') }}

),

claude_code_sessions as (

    select
        threads.session_id,
        'claude_code' as fleet,
        min_by(threads.host, threads.precedence) as host,
        min_by(threads.account, threads.precedence) as account,
        min_by(threads.git_branch, threads.precedence) as git_branch,
        max(fork_parents.parent_session_id) as parent_session_id

    from threads

    left join fork_parents
        on threads.session_id = fork_parents.session_id

    where threads.has_messages

    group by threads.session_id

),

mu_sessions as (

    select
        session_id,
        'mu' as fleet,
        min(host) as host,
        min(account) as account,
        cast(null as string) as git_branch,
        max(parent_session_id) as parent_session_id

    from mu_events

    group by session_id

),

unioned as (

    select * from claude_code_sessions

    union all

    select * from mu_sessions

),

sessions as (

    select
        unioned.session_id,
        unioned.fleet,
        unioned.host,
        unioned.account,
        unioned.parent_session_id,
        projects.project,
        projects.cwd as started_in,
        transcripts.transcript_id,
        transcripts.project_slug as transcript_place,
        transcripts.resume_in,
        continuations.last_session_id as continued_in_session_id,
        unioned.git_branch,
        titles.title,
        titles.title_source,
        spans.started_at,
        spans.ended_at,
        {{ ms_between('spans.started_at', 'spans.ended_at') }} as wall_clock_ms,
        spans.active_ms

    from unioned

    left join projects
        on unioned.session_id = projects.session_id

    left join transcripts
        on unioned.session_id = transcripts.session_id

    left join continuations
        on unioned.session_id = continuations.session_id

    left join titles
        on unioned.session_id = titles.session_id

    left join spans
        on unioned.session_id = spans.session_id

)

select * from sessions
