with

directories as (

    select * from {{ source('git', 'git_directories') }}

),

observations as (

    select
        *,
        row_number() over (
            partition by host, directory
            order by observed_at desc
        ) as recency

    from directories

),

latest as (

    select
        host,
        directory,
        repository,
        remote,
        default_branch,
        worktree_of,
        status = 'collected' as is_collected,
        reason as skip_reason,
        observed_at

    from observations

    where recency = 1

)

select * from latest
