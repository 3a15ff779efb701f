with

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

project_folds as (

    select * from {{ ref('project_folds') }}

),

-- The directory a session was started in: its first line's that names one, of the main thread where that is landed.
starts as (

    select
        session_id,
        cwd,
        project_slug,
        row_number() over (
            partition by session_id
            order by
                case when agent_id is null then 0 else 1 end asc,
                case when cwd is null then 1 else 0 end asc,
                logged_at asc nulls last,
                line_number asc,
                line_id asc
        ) as start_rank

    from lines

),

first_starts as (

    select
        session_id,
        cwd,
        coalesce(cwd, project_slug) as directory

    from starts

    where start_rank = 1

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
        on
            first_starts.session_id = matching_folds.session_id
            and matching_folds.fold_rank = 1

)

select * from projects
