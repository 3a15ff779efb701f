with

sessions as (

    select * from {{ ref('int_sessions') }}

),

projects as (

    select
        fleet,
        host,
        account,
        project,
        regexp_extract(project, '([^/\\]+)[/\\]*$', 1) as project_name,
        count(*) as session_count,
        min(started_at) as first_active_at,
        max(ended_at) as last_active_at

    from sessions

    where project is not null

    group by
        fleet,
        host,
        account,
        project

)

select * from projects
