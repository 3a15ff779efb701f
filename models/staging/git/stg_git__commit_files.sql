with

landed_commits as (

    select * from {{ source('git', 'git_commits') }}

),

observed_commits as (

    select
        *,
        row_number() over (
            partition by host, repository, sha
            order by diff_is_known desc, observed_at desc
        ) as recency

    from landed_commits

),

unnested as (

    select
        host,
        repository,
        sha,
        unnest(files) as file,
        generate_subscripts(files, 1) as file_number

    from observed_commits

    where recency = 1

),

files as (

    select
        host,
        repository,
        sha as commit_sha,
        file_number,
        file.path as file_path,
        file.old_path as old_file_path,
        file.insertions as lines_added,
        file.deletions as lines_removed,
        file.insertions is null as is_binary

    from unnested

)

select * from files
