with

pull_requests as (

    select * from {{ source('github', 'github_pull_requests') }}

),

observations as (

    select
        url,
        observed_at,
        {{ parse_json(
            'raw',
            '{"number": "BIGINT", "title": "VARCHAR", "state": "VARCHAR", "isDraft": "BOOLEAN", "headRefName": "VARCHAR", "headRefOid": "VARCHAR", "baseRefName": "VARCHAR", "mergeCommit": {"oid": "VARCHAR"}, "createdAt": "VARCHAR", "mergedAt": "VARCHAR", "closedAt": "VARCHAR", "additions": "BIGINT", "deletions": "BIGINT", "changedFiles": "BIGINT"}'
        ) }} as pull_request,
        row_number() over (
            partition by url
            order by observed_at desc, host asc
        ) as recency

    from pull_requests

),

latest as (

    select
        url as pull_request_url,
        lower(regexp_extract(url, '^https?://([^/]+/[^/]+/[^/]+)/', 1)) as remote,
        pull_request.number as pull_request_number,
        pull_request.title as title,
        lower(pull_request.state) as state,
        pull_request."isDraft" as is_draft,
        pull_request."headRefName" as head_branch,
        pull_request."baseRefName" as base_branch,
        pull_request."headRefOid" as head_sha,
        pull_request."mergeCommit".oid as merge_sha,
        pull_request.additions as lines_added,
        pull_request.deletions as lines_removed,
        pull_request."changedFiles" as file_count,
        {{ utc_timestamp('pull_request."createdAt"') }} as created_at,
        {{ utc_timestamp('pull_request."mergedAt"') }} as merged_at,
        {{ utc_timestamp('pull_request."closedAt"') }} as closed_at,
        observed_at

    from observations

    where recency = 1

)

select * from latest
