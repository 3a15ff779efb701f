with

operations as (

    select * from {{ ref('int_git_operations') }}

),

told as (

    select
        task_id,
        host,
        commit_sha,
        max(branch) as branch,
        max(subject) as subject,
        max(commit_kind) as commit_kind,
        min(line_id) as line_id,
        min(operated_at) as committed_at

    from operations

    where operation = 'commit'

    group by
        task_id,
        host,
        commit_sha

)

select * from told
