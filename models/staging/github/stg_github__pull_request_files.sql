with

pull_requests as (

    select * from {{ source('github', 'github_pull_requests') }}

),

observations as (

    select
        url,
        {{ parse_json(
            'raw',
            '{"files": [{"path": "VARCHAR", "additions": "BIGINT", "deletions": "BIGINT"}]}'
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
        unnest(pull_request.files) as file,
        generate_subscripts(pull_request.files, 1) as file_number

    from observations

    where recency = 1

),

files as (

    select
        url as pull_request_url,
        file_number,
        file.path as file_path,
        file.additions as lines_added,
        file.deletions as lines_removed

    from unnested

)

select * from files
