with

pull_requests as (

    select * from {{ source('github', 'github_pull_requests') }}

),

observations as (

    select
        url,
        {{ parse_json(
            'raw',
            '{"statusCheckRollup": [{"name": "VARCHAR", "context": "VARCHAR", "workflowName": "VARCHAR", "status": "VARCHAR", "state": "VARCHAR", "conclusion": "VARCHAR"}]}'
        ) }} as pull_request,
        row_number() over (
            partition by url
            order by observed_at desc, host asc
        ) as recency

    from pull_requests

),

unnested as (

    select
        url,
        unnest(pull_request."statusCheckRollup") as check_run,
        generate_subscripts(pull_request."statusCheckRollup", 1) as check_run_number

    from observations

    where recency = 1

),

checks as (

    select
        url as pull_request_url,
        check_run_number as check_number,
        coalesce(check_run.name, check_run.context) as check_name,
        nullif(check_run."workflowName", '') as workflow_name,
        -- A check run that goes on has an empty conclusion; a commit status has a state instead.
        lower(coalesce(nullif(check_run.conclusion, ''), check_run.state, check_run.status)) as conclusion

    from unnested

)

select * from checks
