{{ config(materialized='ephemeral') }}

with

resolved as (

    select * from {{ ref('int_resolved_paths') }}

),

project_folds as (

    select * from {{ ref('int_project_folds') }}

),

terms as (

    select * from {{ ref('audit_terms') }}

),

-- Where each path lies, told once for each: the same files are read and written over and over.
distinct_paths as (

    select distinct
        resolved_path,
        project,
        session_directory

    from resolved

),

scratch_paths as (

    select distinct distinct_paths.resolved_path

    from distinct_paths

    inner join terms
        on terms.term_kind = 'scratch_directory'
        and lower(distinct_paths.resolved_path) || '/' like terms.term

),

compared as (

    select
        distinct_paths.*,
        scratch_paths.resolved_path is not null as is_scratch,
        {{ lies_in('distinct_paths.resolved_path', 'distinct_paths.project') }}
        or {{ lies_in('distinct_paths.resolved_path', 'distinct_paths.session_directory') }} as is_below_project

    from distinct_paths

    left join scratch_paths
        on distinct_paths.resolved_path = scratch_paths.resolved_path

),

-- A worktree beside its repository is of the project, too.
worktree_paths as (

    select distinct
        compared.resolved_path,
        compared.project

    from compared

    inner join project_folds
        on {{ replace_regex("compared.resolved_path || '/'", 'project_folds.pattern', 'project_folds.replacement') }}
        = replace(compared.project, '\', '/')

    where
        not compared.is_scratch
        and not compared.is_below_project

),

located as (

    select
        compared.resolved_path,
        compared.project,
        compared.session_directory,
        case
            when compared.is_below_project or worktree_paths.resolved_path is not null then 'project'
            when compared.is_scratch then 'scratch'
            when compared.resolved_path like '..%' or compared.resolved_path like '~%' then 'outside'
            when compared.resolved_path like '%$%' then 'unknown'
            when not {{ is_absolute_path('compared.resolved_path') }} then 'project'
            when compared.project is null then 'unknown'
            else 'outside'
        end as location

    from compared

    left join worktree_paths
        on compared.resolved_path = worktree_paths.resolved_path
        and compared.project = worktree_paths.project

)

select * from located
