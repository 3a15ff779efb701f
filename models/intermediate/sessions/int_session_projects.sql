with

threads as (

    select * from {{ ref('int_claude_code_threads') }}

),

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

states as (

    select * from {{ ref('stg_claude_code__session_states') }}

),

project_folds as (

    select * from {{ ref('int_project_folds') }}

),

directories as (

    select *

    from {{ ref('stg_git__directories') }}

    where worktree_of is not null

),

-- The directory a session was started in: the first that its main thread logged, or a sub-agent where that is missing.
starts as (

    select
        session_id,
        min(host) as host,
        coalesce(
            max(case when agent_id is null then first_cwd end),
            min_by(first_cwd, precedence)
        ) as cwd,
        coalesce(
            max(case when agent_id is null then project_slug end),
            min(project_slug)
        ) as project_slug

    from threads

    group by session_id

),

-- Where Claude Code or git says what a worktree is one of, nothing has to be told by its name.
worktrees as (

    select
        lines.session_id,
        states.worktree,
        min(states.worktree_of) as worktree_of

    from lines

    inner join states
        on lines.line_id = states.line_id

    where
        states.worktree is not null
        and states.worktree_of is not null

    group by
        lines.session_id,
        states.worktree

),

known_starts as (

    select
        starts.session_id,
        min(worktrees.worktree_of) as repository

    from starts

    inner join worktrees
        on starts.session_id = worktrees.session_id
        and {{ lies_in("replace(starts.cwd, '\\', '/')", 'worktrees.worktree') }}

    group by starts.session_id

),

first_starts as (

    select
        starts.session_id,
        starts.cwd,
        coalesce(known_starts.repository, directories.worktree_of, starts.cwd, starts.project_slug) as directory

    from starts

    left join known_starts
        on starts.session_id = known_starts.session_id

    left join directories
        on starts.host = directories.host
        and starts.cwd = directories.directory

),

matching_folds as (

    select
        first_starts.session_id,
        regexp_replace(first_starts.directory, project_folds.pattern, project_folds.replacement) as project,
        row_number() over (
            partition by first_starts.session_id
            order by project_folds.rule_order asc
        ) as fold_rank

    from first_starts

    inner join project_folds
        on regexp_matches(first_starts.directory, project_folds.pattern)

),

projects as (

    select
        first_starts.session_id,
        first_starts.cwd,
        coalesce(matching_folds.project, first_starts.directory) as project

    from first_starts

    left join matching_folds
        on first_starts.session_id = matching_folds.session_id
        and matching_folds.fold_rank = 1

)

select * from projects
