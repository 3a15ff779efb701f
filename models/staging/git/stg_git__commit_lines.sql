with

landed_commits as (

    select * from {{ source('git', 'git_commits') }}

),

observed_commits as (

    select
        *,
        row_number() over (
            partition by host, repository, sha
            order by added_lines is null asc, observed_at desc
        ) as recency

    from landed_commits

),

lines as (

    select
        host,
        repository,
        sha as commit_sha,
        len(added_lines) as line_count,
        {{ each_element('added_lines') }} as line_hash

    from observed_commits

    where recency = 1

)

select * from lines
