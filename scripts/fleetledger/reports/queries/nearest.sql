-- What there is, where no model call passes the filters: the first and the newest day, and the names that are most like
-- a project or a model that nothing has. No row where a call passes.
with

matching as (

    select count(*) as call_count from fct_model_calls

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($model is null or contains(lower(model), lower($model)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

),

names as (

    select distinct
        'project' as kind,
        project as name,
        regexp_extract(project, '([^/\\]+)[/\\]*$', 1) as last_name,
        cast($project as varchar) as asked

    from fct_model_calls

    where $project is not null

    union all

    select distinct
        'model' as kind,
        model as name,
        model as last_name,
        cast($model as varchar) as asked

    from fct_model_calls

    where $model is not null

),

likenesses as (

    select
        *,
        jaro_winkler_similarity(lower(last_name), lower(asked)) as likeness,
        max(contains(lower(name), lower(asked))) over (partition by kind) as is_known

    from names

    where name is not null

),

nearest as (

    select
        kind,
        name,
        row_number() over (partition by kind order by likeness desc, name asc) as place

    from likenesses

    where not is_known

),

likest as (

    select
        list(name order by place) filter (where kind = 'project') as projects,
        list(name order by place) filter (where kind = 'model') as models

    from nearest

    where place <= 3

),

days as (

    select
        min(called_on) as first_day,
        max(called_on) as newest_day

    from fct_model_calls

)

select
    days.first_day,
    days.newest_day,
    likest.projects,
    likest.models

from days

cross join likest

cross join matching

where
    days.newest_day is not null
    and matching.call_count = 0
