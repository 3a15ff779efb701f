with

pull_requests as (

    select * from {{ source('github', 'github_pull_requests') }}

),

observations as (

    select
        url,
        {{ parse_json(
            'raw',
            '{"commits": [{"oid": "VARCHAR", "messageHeadline": "VARCHAR"}]}'
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
        unnest(pull_request.commits) as "commit",
        generate_subscripts(pull_request.commits, 1) as commit_number

    from observations

    where recency = 1

),

commits as (

    select
        url as pull_request_url,
        commit_number,
        "commit".oid as commit_sha,
        "commit"."messageHeadline" as subject

    from unnested

)

select * from commits
